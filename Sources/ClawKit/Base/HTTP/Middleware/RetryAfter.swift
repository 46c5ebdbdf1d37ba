public import HTTPTypes

/// The `Retry-After` header (RFC 9110, section 10.2.3): seconds, or a date.
public enum RetryAfter {
    /// How long the server asks to wait; nil where it says nothing that can be read, zero for a date that has passed.
    public static func delay(in headers: HTTPFields, now: Timestamp) -> Duration? {
        guard let text = headers[.retryAfter] else { return nil }
        if !text.isEmpty, text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            // A number beyond any sense is a long time, not no time.
            return .seconds(min(Int64(text) ?? .max, 86_400 * 365))
        }
        return Timestamp(httpDate: text).map { max(.zero, $0 - now) }
    }
}
