public import ClawBase
import HTTPTypes

extension RetryPolicy {
    /// What may be asked twice of an API server without anybody noticing: reads, and applies, which come to the same
    /// however often. An update or a deletion that was done but not answered would come back as a conflict or as not
    /// found, so those are repeated only where the server refused them before it began (429).
    public static let kubernetes = RetryPolicy(
        backoff: Backoff(initial: .milliseconds(100), cap: .seconds(5)),
        isRepeatable: { request in
            if request.wantsUpgrade { return false }
            switch request.method {
            case .get, .head, .options: return true
            case .patch: return request.headers[.contentType]?.hasPrefix("application/apply-patch") ?? false
            default: return false
            }
        })
}
