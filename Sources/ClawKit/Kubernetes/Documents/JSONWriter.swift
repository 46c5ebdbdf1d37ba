/// Writes JSON text: compact, or indented by two blanks; members in the object's order, or sorted by name.
public struct JSONWriter: ~Copyable {
    public struct Format: Sendable {
        public var indented: Bool
        public var sorted: Bool
        public static let compact = Format(indented: false, sorted: false)
        /// For people.
        public static let pretty = Format(indented: true, sorted: false)
        /// The same bytes for equal values: for hashing.
        public static let canonical = Format(indented: false, sorted: true)
    }

    private var out = TextBuffer()
    private let format: Format
    private var depth = 0

    private init(_ format: Format) { self.format = format }

    public static func bytes(of value: JSON, _ format: Format = .compact) -> [UInt8] {
        var writer = JSONWriter(format)
        writer.write(value)
        return writer.out.bytes
    }

    private mutating func write(_ value: JSON) {
        switch value {
        case .null: out.append("null")
        case .bool(let value): out.append(value ? "true" : "false")
        case .integer(let value): out.append(value)
        case .double(let value): out.append(value)
        case .string(var value): value.withUTF8 { out.appendQuoted(UnsafeRawBufferPointer($0)) }
        case .array(let elements):
            open("[")
            for (index, element) in elements.enumerated() {
                next(index)
                write(element)
            }
            close("]", isEmpty: elements.isEmpty)
        case .object(let object): write(object)
        }
    }

    private mutating func write(_ object: JSONObject) {
        // Packed bytes need no tree to be made of them first.
        if !format.sorted, !format.indented, object.writePacked(to: &out) { return }
        let members = format.sorted ? object.sorted { $0.name < $1.name } : Array(object)
        open("{")
        for (index, member) in members.enumerated() {
            next(index)
            var name = member.name
            name.withUTF8 { out.appendQuoted(UnsafeRawBufferPointer($0)) }
            out.append(format.indented ? ": " : ":")
            write(member.value)
        }
        close("}", isEmpty: members.isEmpty)
    }

    private mutating func open(_ bracket: StaticString) {
        out.append(bracket)
        depth += 1
    }

    private mutating func next(_ index: Int) {
        if index > 0 { out.append(",") }
        breakLine()
    }

    private mutating func close(_ bracket: StaticString, isEmpty: Bool) {
        depth -= 1
        if !isEmpty { breakLine() }
        out.append(bracket)
    }

    private mutating func breakLine() {
        guard format.indented else { return }
        out.append("\n")
        for _ in 0..<depth { out.append("  ") }
    }
}

extension JSON {
    public func bytes(_ format: JSONWriter.Format = .compact) -> [UInt8] { JSONWriter.bytes(of: self, format) }
}
