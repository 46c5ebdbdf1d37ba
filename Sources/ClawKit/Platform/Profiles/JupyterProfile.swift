public import ClawBase
import ClawDocuments
public import ClawModels
public import ClawResources

/// Jupyter Server (JupyterLab, Notebook 7): <https://jupyter-server.readthedocs.io/>
///
/// It knows its visitors by what the platform's proxy says: the runtime's gateway token, and the user beside it. Its base
/// URL is the path form's prefix, which the proxy leaves in place for it; below a host of its own it is the same.
public struct JupyterProfile: RuntimeProfile {
    public init() {}

    public var reserved: Set<String> { ["JUPYTER_TOKEN", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR"] }

    /// The server counts requests, kernels and terminals itself; a page that is merely open is a connection to a kernel.
    /// <https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html>
    public var activity: ActivityReport? {
        ActivityReport(path: "api/status", member: "last_activity", busyMembers: [])
    }

    public var keepsPrefix: Bool { true }

    public var reception: BundleReception { .byWaiter(.python) }

    static let files = "/etc/clawkit/jupyter"
    static let configuration = "jupyter_server_config.py"

    public func shape(_ template: RuntimeTemplateSpec, resources: [String: Quantity]) -> RuntimeShape {
        var shape = RuntimeShape(
            image: template.image ?? "quay.io/jupyter/minimal-notebook:latest", command: template.command,
            port: template.port ?? 8888, stateDirectory: "/home/jovyan/work")
        if shape.command.isEmpty { shape.command = ["jupyter", "server"] }
        shape.command += [
            "--no-browser", "--config=\(Self.files)/\(Self.configuration)", "--ServerApp.ip=0.0.0.0",
            "--ServerApp.port=$(PORT)", "--ServerApp.port_retries=0", "--ServerApp.root_dir=\(shape.stateDirectory)",
        ]
        shape.variables = [
            EnvVar(name: "PORT", value: String(shape.port)), EnvVar(name: "STATE_DIR", value: shape.stateDirectory),
            EnvVar(name: "JUPYTER_CONFIG_DIR", value: "\(shape.stateDirectory)/.jupyter"),
            EnvVar(name: "JUPYTER_RUNTIME_DIR", value: "/tmp/jupyter"),
        ]
        shape.resources = resources
        // It begins to listen when it serves, and answers what is not below its base URL with 404: an open port is all
        // that can be asked without knowing whose it is.
        shape.startup = Self.probe(period: 1, failures: 240)
        shape.ready = Self.probe(period: 5, failures: 2)
        shape.live = Self.probe(period: 10, failures: 6)
        shape.podSecurity = PodSecurityContext(fsGroup: 100)
        shape.scratch = ["/tmp"]
        shape.filesDirectory = Self.files
        shape.network = template.network
        shape.apply(template.probes)
        return shape
    }

    private static func probe(period: Int, failures: Int) -> Probe {
        Probe(
            failureThreshold: failures, periodSeconds: period, tcpSocket: TCPSocketAction(port: "http"), timeoutSeconds: 2)
    }

    public func settings(_ subject: RuntimeSubject) -> RuntimeSettings {
        RuntimeSettings(files: [Self.configuration: Self.source(subject)])
    }

    /// What the server is configured with. The template's `config` is set on top: `{"ServerApp": {"…": …}}`.
    private static func source(_ subject: RuntimeSubject) -> String {
        let settings: JSON = [
            "base": .string("\(subject.path)/"), "origins": .array(subject.origins.map(JSON.string)),
            "user": .string(subject.user), "config": .object(subject.template.config),
        ]
        // JSON within a Python text: the escapes of both are the same.
        let literal = JSON.string(JSON.object(settings.object ?? [:]).description).description
        return """
            import hmac, json, os, re
            from jupyter_server.auth.identity import IdentityProvider, User

            settings = json.loads(\(literal))
            token = os.environ["\(RuntimeCell.gatewayToken)"]


            class PlatformIdentity(IdentityProvider):
                # Whoever shows the platform's token says who asks; nobody else is let in but by the token itself.
                def _get_user(self, handler):
                    shown = handler.request.headers.get("X-OpenClaw-Token", "")
                    if hmac.compare_digest(shown.encode(), token.encode()):
                        # As with the token itself, no cookie is involved that another site could ride on.
                        handler._token_authenticated = True
                        return User(username=handler.request.headers.get("X-Claw-User") or settings["user"])
                    return self.get_user_token(handler)

                async def get_user(self, handler):
                    user = self._get_user(handler)
                    return await user if hasattr(user, "__await__") else user


            c.ServerApp.identity_provider_class = PlatformIdentity
            c.IdentityProvider.token = token
            c.PlatformIdentity.token = token
            c.ServerApp.base_url = settings["base"]
            c.ServerApp.trust_xheaders = True
            # Hosts are the proxy's to check, and nobody else reaches the server.
            c.ServerApp.allow_remote_access = True
            c.ServerApp.allow_origin_pat = "^(" + "|".join(map(re.escape, settings["origins"])) + ")$"
            for section, values in settings["config"].items():
                for name, value in values.items():
                    setattr(getattr(c, section), name, value)

            """
    }

    public func findings(_ template: RuntimeTemplateSpec) -> [Finding] {
        template.config.compactMap { section, values in
            guard let values = values.object else {
                return Finding(
                    .badConfig, "config.\(section) must be an object of settings, as {\"ServerApp\": {…}}.",
                    field: "spec.config.\(section)")
            }
            let taken = Self.taken.first { values[FieldKey($0)] != nil }
            return taken.map {
                Finding(.badConfig, "The platform sets \($0) itself; take it out.", field: "spec.config.\(section).\($0)")
            }
        }
    }

    private static let taken = ["identity_provider_class", "token", "password", "base_url", "allow_unauthenticated_access"]
}
