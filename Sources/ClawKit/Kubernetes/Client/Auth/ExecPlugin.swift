public import ClawDocuments

/// A program that hands out credentials: a kubeconfig user's `exec`.
///
/// <https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins>
public struct ExecPlugin: Sendable {
    /// The protocol's versions, which differ in nothing that this client uses.
    public enum Version: String, Sendable {
        case v1 = "client.authentication.k8s.io/v1"
        case v1beta1 = "client.authentication.k8s.io/v1beta1"
    }

    public var version: Version
    /// A name to be found on the `PATH`, or a path.
    public var command: String
    public var arguments: [String]
    /// Added to this process's environment, over it.
    public var environment: [String: Secret<String>]
    /// What to tell people who do not have the program.
    public var installHint: String?
    /// The cluster as the plugin is told it (`spec.cluster`); nil where it is not to be told.
    public var cluster: JSONObject?
    /// How long a run may take.
    public var deadline: Duration = .seconds(60)

    public init(
        _ command: String, arguments: [String] = [], version: Version = .v1,
        environment: [String: Secret<String>] = [:]
    ) {
        self.command = command
        self.arguments = arguments
        self.version = version
        self.environment = environment
    }

    /// The value of `KUBERNETES_EXEC_INFO`. Standard input is nobody's, so a plugin may not ask anything.
    var request: JSON {
        var spec: JSONObject = ["interactive": false]
        if let cluster { spec["cluster"] = .object(cluster) }
        return ["apiVersion": .string(version.rawValue), "kind": "ExecCredential", "spec": .object(spec)]
    }

    /// Credentials from runs of the plugin, kept until shortly before they end.
    /// - Parameter inherited: the environment the plugin's own variables are added to.
    public func credentials(inheriting inherited: [String: String], time: some TimeSource) -> RenewedCredentials {
        RenewedCredentials(time: time) { _ in
            try await ExecRun(plugin: self, inherited: inherited, time: time).credential()
        }
    }
}
