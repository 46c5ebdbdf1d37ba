/// A piece of an expression's text.
struct Token {
    enum Kind: Equatable {
        case identifier(String)
        /// A field's name in backquotes.
        case escapedIdentifier(String)
        case int(String)
        case uint(String)
        case double(String)
        case string(String)
        case bytes([UInt8])
        /// An operator, a bracket, or one of the words `true`, `false`, `null`, `in`.
        case symbol(String)
        case end
    }

    let kind: Kind
    /// Offset and end in code points.
    let position: Int
    let end: Int

    func isSymbol(_ text: String) -> Bool { kind == .symbol(text) }
}
