public import ClawBase
import ClawDialects
import HTTPTypes

/// How a gateway proves itself to an upstream.
public enum UpstreamKey: Sendable {
    case none
    /// A key in the header of the upstream's dialect.
    case key(SecretLocation, any SecretSource)
    /// Amazon's signature, version 4, by an access key and its secret; with a session's token where they are temporary.
    case aws(region: String, id: SecretLocation, secret: SecretLocation, session: SecretLocation?, any SecretSource)

    /// Writes the proof into a call.
    /// - Returns: the secret it used, which must appear in no error.
    /// - Throws: ``ModelError`` where a secret cannot be had.
    func apply(
        to call: inout UpstreamCall, of dialect: UpstreamDialect, baseURL: String, name: String, now: Timestamp
    ) async throws -> Secret<String>? {
        switch self {
        case .none: return nil
        case .key(let location, let source):
            let key = try await Self.secret(location, source, name)
            for field in dialect.credentials(key) { call.headers[field.name] = field.value }
            return key
        case .aws(let region, let id, let secret, let session, let source):
            let key = try await Self.secret(secret, source, name)
            let token: Secret<String>? = if let session { try await Self.secret(session, source, name) } else { nil }
            let signature = AWSSignature(
                accessKeyID: try await Self.secret(id, source, name).reveal(), secretKey: key, sessionToken: token,
                region: region)
            let (host, folder) = Self.parts(baseURL)
            let added = signature.headers(
                method: call.method, host: host, path: folder + call.path, headers: call.headers, body: call.body, at: now)
            for field in added { call.headers[field.name] = field.value }
            return key
        }
    }

    /// The host of a URL, and the path that others are put behind.
    private static func parts(_ url: String) -> (host: String, folder: String) {
        let rest = url.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2)
        let folder = rest.dropFirst().joined(separator: "/")
        return (rest.first.map(String.init) ?? url, folder.isEmpty ? "" : "/\(folder)")
    }

    private static func secret(
        _ location: SecretLocation, _ source: any SecretSource, _ name: String
    ) async throws -> Secret<String> {
        do { return try await source.secret(location) } catch let finding as Finding {
            throw ModelError(
                .authentication, "The gateway has no key for the upstream \(name): \(finding.message)",
                code: "upstream_credential")
        }
    }
}
