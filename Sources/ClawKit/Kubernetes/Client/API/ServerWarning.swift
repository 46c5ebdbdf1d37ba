import HTTPTypes

/// What a server wants a person to know though it did what was asked: a deprecated version, an unknown field.
/// <https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation>
public struct ServerWarning: Sendable, Hashable, CustomStringConvertible {
    public let text: String
    public var description: String { text }

    /// The `Warning` headers with the code 299 (RFC 7234, section 5.5).
    static func all(in headers: HTTPFields) -> [ServerWarning] {
        guard let name = HTTPField.Name("Warning") else { return [] }
        return headers[values: name].flatMap(parse)
    }

    /// Values are `code agent "text"`, perhaps several after commas.
    static func parse(_ header: String) -> [ServerWarning] {
        var warnings: [ServerWarning] = []
        var rest = header[...]
        while let quote = rest.firstIndex(of: "\"") {
            let head = rest[..<quote].drop { $0 == "," || $0 == " " }
            var text = ""
            var index = rest.index(after: quote)
            while index < rest.endIndex, rest[index] != "\"" {
                if rest[index] == "\\", rest.index(after: index) < rest.endIndex { index = rest.index(after: index) }
                text.append(rest[index])
                index = rest.index(after: index)
            }
            if head.hasPrefix("299 ") { warnings.append(ServerWarning(text: text)) }
            rest = index < rest.endIndex ? rest[rest.index(after: index)...] : ""
            // The date that may follow.
            if rest.hasPrefix(" \""), let end = rest.dropFirst(2).firstIndex(of: "\"") {
                rest = rest[rest.index(after: end)...]
            }
        }
        return warnings
    }
}
