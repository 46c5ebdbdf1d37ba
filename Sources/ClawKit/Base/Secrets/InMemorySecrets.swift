import Synchronization

/// Secrets in memory, of any kind of reference: for tests, and for keys the platform makes itself.
public final class InMemorySecrets: SecretSource {
    private let values: Mutex<[SecretLocation: Secret<String>]>

    public init(_ values: [SecretLocation: Secret<String>] = [:]) { self.values = Mutex(values) }

    /// Sets, replaces, or with nil removes a secret; holds from the next use.
    public func set(_ value: Secret<String>?, for reference: SecretLocation) {
        values.withLock { $0[reference] = value }
    }

    public func secret(_ reference: SecretLocation) async throws -> Secret<String> {
        guard let value = values.withLock({ $0[reference] }) else {
            throw Finding(.secretMissing, "No secret is kept for \(reference); add it.")
        }
        return value
    }
}
