public import ClawBase
import ClawDocuments
public import ClawModels
public import ClawResources

/// An OpenClaw gateway: <https://docs.openclaw.ai/install/kubernetes>
///
/// One gateway is one domain of trust, hence one for each user. Its users are known by what the platform's proxy says
/// (`trusted-proxy`), so that no browser ever has its token.
public struct OpenClawProfile: RuntimeProfile {
    /// `2026.7.1-2`; nil: taken for a new one.
    public var version: String?

    public init(version: String? = nil) { self.version = version }

    public var reception: BundleReception { .byWaiter(.node) }

    static let state = "/home/node/.openclaw"
    static let files = "/etc/clawkit/openclaw"
    static let configuration = "openclaw.json"
    private static let user = 1000

    public var reserved: Set<String> {
        [
            "NODE_OPTIONS", "HOME", "OPENCLAW_STATE_DIR", "OPENCLAW_CONFIG_PATH", "OPENCLAW_CONFIG_DIR",
            "OPENCLAW_GATEWAY_PASSWORD", "OPENCLAW_GATEWAY_PORT", "OPENCLAW_GATEWAY_BIND", "OPENCLAW_DISABLE_BONJOUR",
            "OPENCLAW_AUTH_PROFILE_SECRET_DIR",
        ]
    }

    public func shape(_ template: RuntimeTemplateSpec, resources: [String: Quantity]) -> RuntimeShape {
        let release = version ?? "latest"
        var shape = RuntimeShape(
            image: template.image ?? "ghcr.io/openclaw/openclaw:\(release)", command: template.command,
            port: template.port ?? 18789, stateDirectory: Self.state)
        if shape.command.isEmpty {
            shape.command = ["node", "dist/index.js", "gateway", "--bind", "lan", "--port", "$(PORT)"]
        }
        shape.resources = resources.isEmpty ? ["cpu": "1", "memory": "2Gi"] : resources
        shape.variables = variables(shape)
        shape.startup = startup
        shape.ready = RuntimeShape.probe(startPath, period: 5, failures: 2, timeout: 5)
        shape.live = RuntimeShape.probe("/healthz", period: 10, failures: 6, timeout: 5)
        shape.podSecurity = PodSecurityContext(
            fsGroup: Self.user, fsGroupChangePolicy: "OnRootMismatch", runAsGroup: Self.user, runAsNonRoot: true,
            runAsUser: Self.user, seccompProfile: SeccompProfile(type: "RuntimeDefault"))
        shape.security = SecurityContext(
            allowPrivilegeEscalation: false, capabilities: Capabilities(drop: ["ALL"]), readOnlyRootFilesystem: true)
        shape.preparations = [preparation(shape.image)]
        shape.scratch = ["/tmp", "/home/node/.cache"]
        shape.filesDirectory = Self.files
        shape.network = template.network ?? RuntimeNetwork()
        shape.apply(template.probes)
        return shape
    }

    private func variables(_ shape: RuntimeShape) -> [EnvVar] {
        var variables = [
            EnvVar(name: "PORT", value: String(shape.port)), EnvVar(name: "STATE_DIR", value: Self.state),
            EnvVar(name: "OPENCLAW_STATE_DIR", value: Self.state),
            EnvVar(name: "OPENCLAW_CONFIG_PATH", value: "\(Self.state)/\(Self.configuration)"),
            EnvVar(name: "OPENCLAW_GATEWAY_PORT", value: "$(PORT)"),
            EnvVar(name: "OPENCLAW_GATEWAY_BIND", value: "lan"),
            EnvVar(name: "OPENCLAW_AUTH_PROFILE_SECRET_DIR", value: "\(Self.state)/.secrets"),
            EnvVar(name: "OPENCLAW_DISABLE_BONJOUR", value: "1"), EnvVar(name: "CLAW_FILES", value: Self.files),
        ]
        if let heap = Self.heap(shape.resources["memory"]) {
            variables.append(EnvVar(name: "NODE_OPTIONS", value: "--max-old-space-size=\(heap)"))
        }
        return variables
    }

    /// Mebibytes of heap: V8 does not know the limit of its container, and is ended by it. A quarter is left for
    /// what is no heap.
    static func heap(_ memory: Quantity?) -> Int? {
        guard let bytes = memory?.units, bytes > 0 else { return nil }
        return max(128, bytes / 4 * 3 / (1 << 20))
    }

    // MARK: probes

    /// `/startupz` is newer than this; before it there is `/readyz`, which also looks at channels.
    private static let lastWithoutStartup = [2026, 7, 1]

    private var startPath: String {
        guard let version else { return "/startupz" }
        let parts = version.split(separator: "-")[0].split(separator: ".").compactMap { Int($0) }
        return parts.count == 3 && !Self.lastWithoutStartup.lexicographicallyPrecedes(parts) ? "/readyz" : "/startupz"
    }

    /// Asks for the answer itself: a gateway without the route answers 200 with its page. 40 to 120 s of start-up are
    /// usual, more were seen; five minutes are given.
    private var startup: Probe {
        let script = """
            fetch("http://127.0.0.1:" + process.env.PORT + "\(startPath)")\
            .then(async a => process.exit(a.ok && typeof await a.json() === "object" ? 0 : 1)).catch(() => process.exit(1))
            """
        return Probe(
            exec: ExecAction(command: ["node", "-e", script]), failureThreshold: 60, periodSeconds: 5, timeoutSeconds: 5)
    }

    // MARK: before it begins

    /// Puts the configuration where the gateway may replace it, and takes away locks: the volume is this pod's alone, so
    /// whoever holds one has gone, and its process number may be another's by now.
    private func preparation(_ image: String) -> Container {
        let script = """
            set -eu
            mkdir -p "$OPENCLAW_STATE_DIR/workspace" "$OPENCLAW_AUTH_PROFILE_SECRET_DIR"
            chmod 700 "$OPENCLAW_AUTH_PROFILE_SECRET_DIR"
            rm -rf "$OPENCLAW_STATE_DIR"/tmp/openclaw "$OPENCLAW_STATE_DIR"/tmp/openclaw-*
            find "$OPENCLAW_STATE_DIR" -maxdepth 4 -name '*.lock' -type f -exec rm -f {} +
            cp "$CLAW_FILES/\(Self.configuration)" "$OPENCLAW_CONFIG_PATH.new"
            chmod 600 "$OPENCLAW_CONFIG_PATH.new"
            mv -f "$OPENCLAW_CONFIG_PATH.new" "$OPENCLAW_CONFIG_PATH"
            for file in "$CLAW_FILES"/*.md; do
                [ -f "$file" ] || continue
                [ -e "$OPENCLAW_STATE_DIR/workspace/${file##*/}" ] || cp "$file" "$OPENCLAW_STATE_DIR/workspace/"
            done
            """
        return Container(name: "prepare", image: image, command: ["sh", "-c", script])
    }

    // MARK: a user's

    public func settings(_ subject: RuntimeSubject) -> RuntimeSettings {
        RuntimeSettings(files: [Self.configuration: OpenClawConfiguration(subject).document.description])
    }

    public func findings(_ template: RuntimeTemplateSpec) -> [Finding] {
        OpenClawConfiguration.findings(overlay: template.config)
    }
}
