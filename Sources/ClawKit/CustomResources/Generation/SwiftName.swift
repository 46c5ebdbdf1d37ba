/// Swift identifiers from names that anybody may have written.
enum SwiftName {
    /// A variable's name: letters, digits and underscores of ASCII only, in back quotes where Swift needs them. It never
    /// begins with a capital letter, as types do: a variable would hide a type of its name.
    static func variable(_ name: String) -> String {
        var identifier = joined(words(name), startsUpper: false)
        if reserved.contains(identifier) { identifier += "_" }
        return keywords.contains(identifier) ? "`\(identifier)`" : identifier
    }

    /// A type's name: `rolloutSpec.ports` becomes `RolloutSpecPorts`.
    static func type(_ parts: [String]) -> String {
        var identifier = joined(parts.flatMap(words), startsUpper: true)
        if identifier.first?.isLetter != true { identifier = "T\(identifier)" }
        return ["Type", "Protocol", "Self", "Any"].contains(identifier) ? identifier + "_" : identifier
    }

    /// Split where a character stands that no identifier has; nothing else of it is kept.
    private static func words(_ name: String) -> [String] {
        name.unicodeScalars.split { !isPart($0) }.map(String.init)
    }

    private static func isPart(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_")
    }

    private static func joined(_ words: [String], startsUpper: Bool) -> String {
        var result = ""
        for (index, word) in words.enumerated() {
            let isFirst = index == 0 && !startsUpper
            let first = isFirst ? word.prefix(1).lowercased() : word.prefix(1).uppercased()
            result += "\(first)\(word.dropFirst())"
        }
        // Names of one or more underscores have a meaning of their own.
        if result.allSatisfy({ $0 == "_" }) { return "value\(result)" }
        return result.first?.isNumber == true ? "_\(result)" : String(result.prefix(longest))
    }

    private static let longest = 100

    /// What a view has already, with another meaning.
    private static let reserved: Set<String> = [
        "document", "written", "hashValue", "hash", "metadata", "self", "Self", "Type", "Protocol", "init", "json",
    ]

    private static let keywords: Set<String> = [
        "Any", "as", "associatedtype", "await", "break", "case", "catch", "class", "continue", "default", "defer",
        "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard",
        "if",
        "import", "in", "inout", "internal", "is", "let", "nil", "open", "operator", "precedencegroup", "private",
        "protocol", "public", "repeat", "rethrows", "return", "static", "struct", "subscript", "super", "switch",
        "throw",
        "throws", "true", "try", "typealias", "var", "where", "while",
    ]
}
