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
        number = KnownKeys.shared.number(of: name) ?? Self.unknown
    }

    public init(stringLiteral name: String) { self.init(name) }

    public var description: String { name }

    public static func == (a: FieldKey, b: FieldKey) -> Bool { a.name == b.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// The list of known names with a hash table over their bytes, made once per process and never changed.
struct KnownKeys: Sendable {
    static let shared = KnownKeys(names: FieldKey.knownNames)

    let names: [String]
    /// Open addressing; each slot holds a name's number or `FieldKey.unknown`.
    private let slots: [UInt16]
    private let bytes: [[UInt8]]
    private let mask: Int

    init(names text: StaticString) {
        names = text.description.split(separator: "\n").map(String.init)
        precondition(names.count < Int(FieldKey.unknown), "too many known keys for 15 bits")
        bytes = names.map { Array($0.utf8) }
        var capacity = 64
        while capacity < names.count * 4 { capacity *= 2 }
        mask = capacity - 1
        var slots = [UInt16](repeating: FieldKey.unknown, count: capacity)
        for (number, name) in bytes.enumerated() {
            var slot = Int(truncatingIfNeeded: Self.hash(name.span)) & (capacity - 1)
            while slots[slot] != FieldKey.unknown { slot = (slot + 1) & (capacity - 1) }
            slots[slot] = UInt16(number)
        }
        self.slots = slots
    }

    func number(of name: String) -> UInt16? {
        let text = Array(name.utf8)
        return number(of: text.span)
    }

    func number(of name: Span<UInt8>) -> UInt16? {
        var slot = Int(truncatingIfNeeded: Self.hash(name)) & mask
        while slots[slot] != FieldKey.unknown {
            let number = slots[slot]
            if Self.equal(bytes[Int(number)], name) { return number }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// FNV-1a: short inputs, no adversary (the table is fixed and lookups stop at the first empty slot).
    private static func hash(_ bytes: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in bytes.indices { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
        return hash ^ (hash >> 29)
    }

    private static func equal(_ a: [UInt8], _ b: Span<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        for index in a.indices where a[index] != b[index] { return false }
        return true
    }
}
