import ClawBase
import ClawDocuments

/// What a JSON Web Token says of itself (RFC 7519), before anybody has checked that it is true: good for deciding whom
/// to ask, and for nothing else.
struct UnverifiedToken: Sendable {
    private static let longest = 16 << 10

    struct Claims: Sendable {
        let object: JSONObject

        func string(_ name: String) -> String? { object[FieldKey(name)]?.string }

        /// NumericDate: seconds, perhaps with a fraction.
        func time(_ name: String) -> Timestamp? {
            switch object[FieldKey(name)] {
            case .integer(let seconds)? where (0..<9_000_000_000).contains(seconds): Timestamp(seconds: seconds)
            case .double(let seconds)? where (0..<9e9).contains(seconds): Timestamp(seconds: Int64(seconds))
            default: nil
            }
        }

        /// One string or several.
        func strings(_ name: String) -> [String] {
            let value = object[FieldKey(name)]
            return value?.string.map { [$0] } ?? (value?.array ?? []).compactMap(\.string)
        }

        var audiences: [String] { strings("aud") }
    }

    let header: JSONObject
    let claims: Claims

    /// nil where the text is no token.
    init?(_ token: Secret<String>) {
        let text = token.reveal()
        guard text.utf8.count <= Self.longest else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.object(parts[0]), let claims = Self.object(parts[1]) else {
            return nil
        }
        (self.header, self.claims) = (header, Claims(object: claims))
    }

    private static func object(_ part: Substring) -> JSONObject? {
        Base64URL.decode(part).flatMap { try? JSONParser.parse($0) }?.object
    }
}
