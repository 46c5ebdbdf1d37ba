/// Writes JSON text: compact, or indented by two blanks; members in the object's order, or sorted by name.
public struct JSONWriter {
    public struct Format: Sendable {
        public var indented: Bool
        public var sorted: Bool
        public static let compact = Format(indented: false, sorted: false)
        /// For people.
        public static let pretty = Format(indented: true, sorted: false)
        /// The same bytes for equal values: for hashing.
        public static let canonical = Format(indented: false, sorted: true)
    }

    private var out: [UInt8] = []
    private let format: Format
    private var depth = 0

    init(_ format: Format) { self.format = format }

    public static func bytes(of value: JSON, _ format: Format = .compact) -> [UInt8] {
        var writer = JSONWriter(format)
        writer.write(value)
        return writer.out
    }

    private mutating func write(_ value: JSON) {
        switch value {
        case .null: out += "null".utf8
        case .bool(let value): out += (value ? "true" : "false").utf8
        case .integer(let value): out += value.description.utf8
        case .double(let value): write(value)
        case .string(let value): write(value)
        case .array(let elements):
            writeList("[", "]", elements) { writer, element in writer.write(element) }
        case .object(let object):
            let members = format.sorted ? object.sorted { $0.name < $1.name } : Array(object)
            writeList("{", "}", members) { writer, member in
                writer.write(member.name)
                writer.out += (writer.format.indented ? ": " : ":").utf8
                writer.write(member.value)
            }
        }
    }

    private mutating func writeList<E>(
        _ open: StaticString, _ close: StaticString, _ elements: [E], _ writeElement: (inout Self, E) -> Void
    ) {
        out += open.description.utf8
        depth += 1
        for (index, element) in elements.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            breakLine()
            writeElement(&self, element)
        }
        depth -= 1
        if !elements.isEmpty { breakLine() }
        out += close.description.utf8
    }

    private mutating func breakLine() {
        guard format.indented else { return }
        out.append(UInt8(ascii: "\n"))
        out += repeatElement(UInt8(ascii: " "), count: depth * 2)
    }

    /// The shortest digits that read back as the same double; JSON has no infinity, which becomes null.
    private mutating func write(_ value: Double) {
        out += (value.isFinite ? value.description : "null").utf8
    }

    private mutating func write(_ text: String) {
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): out += "\\\"".utf8
            case UInt8(ascii: "\\"): out += "\\\\".utf8
            case 0x0A: out += "\\n".utf8
            case 0x0D: out += "\\r".utf8
            case 0x09: out += "\\t".utf8
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                out += "\\u00".utf8
                out += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}

extension JSON {
    public func bytes(_ format: JSONWriter.Format = .compact) -> [UInt8] { JSONWriter.bytes(of: self, format) }
}
