/// Finds secrets by reference.
///
/// Asked anew for every use, so that a rotated secret holds from then on; a source whose look-up is dear keeps its
/// own cache.
public protocol SecretSource: Sendable {
    /// - Throws: ``Finding`` with ``FindingCode/secretMissing`` where the place is empty, or
    ///   ``FindingCode/secretKind`` where this source does not serve references of that kind.
    func secret(_ reference: SecretLocation) async throws -> Secret<String>
}

extension FindingCode {
    public static let secretMissing = FindingCode(rawValue: "E_SECRET_MISSING")
    public static let secretKind = FindingCode(rawValue: "E_SECRET_KIND")
}

extension Finding {
    static func unserved(_ reference: SecretLocation) -> Finding {
        Finding(.secretKind, "Nothing here can read \(reference); keep the secret in another place.")
    }
}

/// Asks several sources in order and takes the first answer.
public struct CompositeSecrets: SecretSource {
    private let sources: [any SecretSource]

    public init(_ sources: [any SecretSource]) { self.sources = sources }

    public func secret(_ reference: SecretLocation) async throws -> Secret<String> {
        var reason: any Error = Finding.unserved(reference)
        for source in sources {
            do { return try await source.secret(reference) } catch let finding as Finding {
                // "Not my kind" says less than what the source that serves the kind has to say.
                if finding.code != .secretKind { reason = finding }
            }
        }
        throw reason
    }
}
