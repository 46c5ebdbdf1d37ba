/// What a `WWW-Authenticate` header asks for (RFC 9110, section 11.6.1): schemes with their parameters.
struct AuthChallenge: Sendable, Hashable {
    /// In lower case.
    let scheme: String
    /// Names in lower case.
    var parameters: [String: String] = [:]

    /// Reads all challenges of a header; what cannot be read ends the list.
    static func parse(_ text: String) -> [AuthChallenge] {
        guard text.utf8.count <= 8192 else { return [] }
        var challenges: [AuthChallenge] = []
        var rest = text[...]
        while true {
            rest = rest.drop { $0 == " " || $0 == "\t" || $0 == "," }
            let word = rest.prefix(while: isToken)
            guard !word.isEmpty, challenges.count < 10 else { return challenges }
            rest = rest.dropFirst(word.count)
            let behind = rest.drop { $0 == " " || $0 == "\t" }
            if behind.first == "=", !challenges.isEmpty {
                guard let value = readValue(behind.dropFirst()) else { return challenges }
                challenges[challenges.count - 1].parameters[word.lowercased()] = value.text
                rest = value.rest
            } else {
                challenges.append(AuthChallenge(scheme: word.lowercased()))
            }
        }
    }

    private static func readValue(_ text: Substring) -> (text: String, rest: Substring)? {
        var rest = text.drop { $0 == " " || $0 == "\t" }
        guard rest.first == "\"" else {
            let token = rest.prefix(while: isToken)
            return token.isEmpty ? nil : (String(token), rest.dropFirst(token.count))
        }
        rest = rest.dropFirst()
        var value = ""
        while let character = rest.first {
            rest = rest.dropFirst()
            switch character {
            case "\"": return (value, rest)
            case "\\":
                guard let escaped = rest.first else { return nil }
                value.append(escaped)
                rest = rest.dropFirst()
            default: value.append(character)
            }
        }
        return nil
    }

    private static func isToken(_ character: Character) -> Bool {
        guard let byte = character.asciiValue else { return false }
        return (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
            || "!#$%&'*+-.^_`|~/".utf8.contains(byte)
    }
}
