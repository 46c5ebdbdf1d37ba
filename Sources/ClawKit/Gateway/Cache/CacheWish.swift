import ClawBase
import ClawDocuments
import HTTPTypes

/// What a client says of the cache: by `Cache-Control` (RFC 9111, section 5.2.1), or by LiteLLM's member `cache` of the
/// body (<https://docs.litellm.ai/docs/proxy/caching_controls>).
struct CacheWish: Sendable, Hashable {
    /// Whether an answer that is kept is welcome, and none older than this.
    var reads = true
    var maxAge: Duration?
    /// Whether the answer may be kept, and no longer than this.
    var keeps = true
    var timeToLive: Duration?
    /// Tells apart what is otherwise the same.
    var namespace = ""

    init(_ headers: HTTPFields, _ member: JSONObject?) {
        for directive in (headers[.cacheControl] ?? "").split(separator: ",") {
            let parts = directive.split(separator: "=", maxSplits: 1).map { $0.trimmed.lowercased() }
            switch parts.first {
            case "no-cache": reads = false
            case "no-store": keeps = false
            case "max-age": maxAge = parts.count == 2 ? Int64(parts[1].filter { $0 != "\"" }).flatMap(Self.seconds) : nil
            default: break
            }
        }
        guard let member else { return }
        if member["no-cache"]?.bool == true { reads = false }
        if member["no-store"]?.bool == true { keeps = false }
        if let age = (member["s-maxage"] ?? member["s-max-age"])?.number.flatMap(Self.seconds) { maxAge = age }
        timeToLive = member["ttl"]?.number.flatMap(Self.seconds)
        namespace = member["namespace"]?.string ?? ""
    }

    private static func seconds(_ count: Int64) -> Duration? { seconds(Double(count)) }

    private static func seconds(_ count: Double) -> Duration? {
        count >= 0 && count < 1e9 ? .milliseconds(Int64(count * 1000)) : nil
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        return start.lastIndex { $0 != " " && $0 != "\t" }.map { start[...$0] } ?? ""
    }
}
