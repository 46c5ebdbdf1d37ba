/// The name of an object's field.
///
/// Names in the generated list (``FieldKey/knownNames``) carry their number in it; any other name works the same,
/// only compared as text. Write keys as string literals or use the generated static members.
public struct FieldKey: Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The position in the list of known names, ``unknown`` for any other name.
    let number: UInt16
    public let name: String

    static let unknown: UInt16 = 0x7FFF

    /// For generated code: the number must be the name's position in the known list.
    package init(known number: UInt16, _ name: String) {
        self.number = number
        self.name = name
    }

    public init(_ name: String) {
        self.name = name
        number = KnownTexts.shared.number(of: name) ?? Self.unknown
    }

    public init(stringLiteral name: String) { self.init(name) }

    public var description: String { name }

    public static func == (a: FieldKey, b: FieldKey) -> Bool { a.name == b.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
