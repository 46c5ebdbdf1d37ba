import ClawBase
import ClawDocuments
import Crypto
import HTTPTypes

/// What makes requests equal, as a SHA-256.
struct CacheKey: Sendable, Hashable {
    private let digest: [UInt8]

    /// - Parameters:
    ///   - owner: whose answers these are; nobody else ever gets them.
    ///   - kind: the client's dialect, and whatever else decides the form in which an answer is kept.
    ///   - document: the request, its wishes about the cache left out.
    init(owner: String, kind: String, namespace: String, document: JSONObject, headers: HTTPFields) {
        var hash = SHA256()
        let travelling = headers.filter { Self.names.contains($0.name.canonicalName) }
            .map { "\($0.name.canonicalName): \($0.value)" }.sorted()
        for part in [owner, kind, namespace, "\(travelling.count)"] + travelling {
            // With their lengths, so that no text can pass for two.
            hash.update(data: Array("\(part.utf8.count):\(part)".utf8))
        }
        hash.update(data: JSONWriter.bytes(of: .object(document), .canonical))
        digest = Array(hash.finalize())
    }

    /// As LiteLLM's users see it.
    var text: String { Hex.encode(digest) }

    /// The headers that go on to an upstream, or choose among deployments.
    private static let names: Set<String> = ["anthropic-beta", "openai-beta", "openai-organization", "openai-project"]
}
