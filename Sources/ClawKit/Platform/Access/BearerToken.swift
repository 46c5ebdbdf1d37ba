import ClawBase
import HTTPTypes

enum BearerToken {
    /// The token of an `Authorization: Bearer` header (RFC 6750, section 2.1).
    static func value(in headers: HTTPFields) -> Secret<String>? {
        guard let header = headers.value(.authorization) else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        let token = parts[1].drop { $0 == " " }
        return token.isEmpty || token.utf8.count > 4096 ? nil : Secret(String(token))
    }
}
