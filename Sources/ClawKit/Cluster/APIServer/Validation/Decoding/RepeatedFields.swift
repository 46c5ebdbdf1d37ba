import ClawDocuments
import ClawSchemas

/// Finds the members of a JSON text that stand twice in one object. Documents keep only the last of them.
///
/// The text has been parsed already, so that its syntax is known to be right.
struct RepeatedFields {
    private let bytes: [UInt8]
    private var next = 0
    private var found: [String] = []

    /// Their places: `data.a`.
    static func find(in bytes: [UInt8]) -> [String] {
        var scan = RepeatedFields(bytes: bytes)
        scan.value(.root)
        return scan.found
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var byte: UInt8 { next < bytes.count ? bytes[next] : 0 }

    private mutating func skipBlanks() { while next < bytes.count, bytes[next] <= 0x20 { next += 1 } }

    private mutating func value(_ path: @autoclosure () -> FieldPath) {
        skipBlanks()
        switch byte {
        case UInt8(ascii: "{"): object(path())
        case UInt8(ascii: "["): array(path())
        case UInt8(ascii: "\""): _ = string()
        default: while next < bytes.count, !Self.ends.contains(bytes[next]) { next += 1 }
        }
    }

    private static let ends: Set<UInt8> = [
        UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0A, 0x0D, 0x09,
    ]

    private mutating func object(_ path: FieldPath) {
        next += 1
        var names: [ArraySlice<UInt8>] = []
        var many: Set<ArraySlice<UInt8>> = []
        while true {
            skipBlanks()
            guard byte == UInt8(ascii: "\"") else { break }
            let name = string()
            let isNew = names.count < 16 ? !names.contains(name) : many.insert(name).inserted
            if names.count < 16 {
                names.append(name)
                if names.count == 16 { many = Set(names) }
            }
            // Places are written out for what needs them.
            var place: FieldPath { .member(path, String(decoding: name, as: UTF8.self)) }
            if !isNew { found.append("\(place)") }
            skipBlanks()
            next += 1
            value(place)
            skipBlanks()
            guard byte == UInt8(ascii: ",") else { break }
            next += 1
        }
        next += 1
    }

    private mutating func array(_ path: FieldPath) {
        next += 1
        var index = 0
        while next < bytes.count {
            skipBlanks()
            if byte == UInt8(ascii: "]") { break }
            value(.index(path, index))
            index += 1
            skipBlanks()
            guard byte == UInt8(ascii: ",") else { break }
            next += 1
        }
        next += 1
    }

    /// The text between the quotes, escapes as they are.
    private mutating func string() -> ArraySlice<UInt8> {
        let start = next + 1
        next = start
        while next < bytes.count, bytes[next] != UInt8(ascii: "\"") {
            next += bytes[next] == UInt8(ascii: "\\") ? 2 : 1
        }
        defer { next += 1 }
        return bytes[start..<min(next, bytes.count)]
    }
}
