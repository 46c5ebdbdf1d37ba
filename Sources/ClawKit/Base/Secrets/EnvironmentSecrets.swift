import FoundationEssentials

/// Secrets in the process's environment, read once.
public struct EnvironmentSecrets: SecretSource {
    private let variables: [String: String]

    public init(_ variables: [String: String]) { self.variables = variables }

    /// The environment this process was started with.
    public init() { variables = ProcessInfo.processInfo.environment }

    public func secret(_ reference: SecretLocation) async throws -> Secret<String> {
        guard case .environment(let name) = reference else { throw Finding.unserved(reference) }
        guard let value = variables[name], !value.isEmpty else {
            throw Finding(.secretMissing, "The environment variable \(name) is not set; set it and start again.")
        }
        return Secret(value)
    }
}
