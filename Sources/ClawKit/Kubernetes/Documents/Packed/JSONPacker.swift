/// Reads JSON text and writes packed bytes, in one pass.
///
/// Works on raw pointers because this is where a client's time goes; every read is bounded by `end`, every write by
/// `reserve`.
struct JSONPacker: ~Copyable {
    let start: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>
    var cursor: UnsafePointer<UInt8>
    let managedFields: JSONParser.ManagedFields

    var out: UnsafeMutableRawPointer
    var used = 0
    var capacity: Int

    let known = KnownTexts.shared
    /// For each known name the one that came after it last: documents of a kind repeat their order. A guess, looked
    /// at before it is taken; all are zero at first.
    let following: UnsafeMutablePointer<UInt16>
    var previous = 0
    /// Whether a name has stood twice in one object.
    var repeatsNames = false
    /// For each known name the known string that was its value last, and how often in vain its values were looked up.
    let values: UnsafeMutablePointer<UInt16>
    let misses: UnsafeMutablePointer<UInt8>

    static let managedFieldsKey = FieldKey("managedFields").number
    static let metadataKey = FieldKey("metadata").number

    init(_ text: UnsafeBufferPointer<UInt8>, _ managedFields: JSONParser.ManagedFields) {
        // An empty text has no base; any pointer does where nothing is read.
        start = text.baseAddress ?? UnsafePointer(bitPattern: 1)!
        end = start + text.count
        cursor = start
        self.managedFields = managedFields
        capacity = max(256, min(text.count, 1 << 16))
        out = .allocate(byteCount: capacity, alignment: 8)
        let count = known.texts.count
        following = .allocate(capacity: count)
        following.initialize(repeating: 0, count: count)
        values = .allocate(capacity: count)
        values.initialize(repeating: 0, count: count)
        misses = .allocate(capacity: count)
        misses.initialize(repeating: 0, count: count)
    }

    deinit {
        out.deallocate()
        following.deallocate()
        values.deallocate()
        misses.deallocate()
    }

    // MARK: whole documents

    /// Packs the value at the cursor by itself.
    /// - Parameter kind: added to an object that does not say its kind.
    mutating func document(
        depth: Int, parent: UInt16 = FieldKey.unknown, adding kind: ItemKind? = nil
    ) throws(JSONError) -> JSON {
        used = 0
        if let kind, peek() == UInt8(ascii: "{") {
            reserve(16)
            try packObject(depth: depth, parent: parent, adding: kind)
        } else {
            try pack(depth: depth, parent: parent)
        }
        let bytes = PackedBytes(copying: UnsafeRawBufferPointer(start: out, count: used))
        return withExtendedLifetime(bytes) { PackedReader.value(bytes.start, in: bytes) }
    }

    /// Reads a member's name, the cursor at its opening quote.
    mutating func name() throws(JSONError) -> String {
        guard skip(UInt8(ascii: "\"")) else { throw error("expected a member's name, found \(found())") }
        used = 0
        try copyString()
        return PackedReader.text(out, count: used)
    }

    // MARK: values

    mutating func pack(depth: Int, parent: UInt16) throws(JSONError) {
        skipBlanks()
        reserve(16)
        switch peek() {
        case UInt8(ascii: "\""):
            cursor += 1
            try packString(of: parent)
        case UInt8(ascii: "{"): try packObject(depth: depth, parent: parent)
        case UInt8(ascii: "["): try packArray(depth: depth, parent: parent)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try packNumber()
        case UInt8(ascii: "t"):
            try expect("true")
            write(PackedTag.true)
        case UInt8(ascii: "f"):
            try expect("false")
            write(PackedTag.false)
        case UInt8(ascii: "n"):
            try expect("null")
            write(PackedTag.null)
        default: throw error("expected a value, found \(found())")
        }
    }

    mutating func packArray(depth: Int, parent: UInt16) throws(JSONError) {
        cursor += 1
        guard depth > 0 else { throw error("arrays and objects nest too deep") }
        skipBlanks()
        if skip(UInt8(ascii: "]")) { return write(PackedTag.emptyArray) }
        let header = used
        used += PackedTag.arrayHeader
        var count: UInt32 = 0
        repeat {
            try pack(depth: depth - 1, parent: parent)
            count += 1
            skipBlanks()
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "]")) else { throw error("expected ',' or ']', found \(found())") }
        out.storeBytes(of: PackedTag.array, toByteOffset: header, as: UInt8.self)
        out.storeBytes(of: UInt32(used - header - PackedTag.arrayHeader), toByteOffset: header + 1, as: UInt32.self)
        out.storeBytes(of: count, toByteOffset: header + 5, as: UInt32.self)
    }

    mutating func packObject(
        depth: Int, parent: UInt16, adding kind: ItemKind? = nil
    ) throws(JSONError) {
        cursor += 1
        guard depth > 0 else { throw error("arrays and objects nest too deep") }
        skipBlanks()
        if skip(UInt8(ascii: "}")) { return write(PackedTag.emptyObject) }
        var saysItsKind = false
        let header = used
        used += PackedTag.objectHeader
        var names = RepeatedNames()
        var count = 0
        repeat {
            skipBlanks()
            guard skip(UInt8(ascii: "\"")) else { throw error("expected a member's name, found \(found())") }
            reserve(16)
            var member = used
            let key = try packKey()
            count += 1
            if kind != nil, key == ItemKind.key { saysItsKind = true }
            if names.mayRepeat(key, member, from: header, out) {
                let moved = RepeatedNames.removeEarlier(member, from: header, to: used, out)
                if moved > 0 {
                    (member, used, count) = (member - moved, used - moved, count - 1)
                    repeatsNames = true
                }
            }
            skipBlanks()
            guard skip(UInt8(ascii: ":")) else { throw error("expected ':', found \(found())") }
            if key == Self.managedFieldsKey, parent == Self.metadataKey, managedFields != .parsed {
                try packUnparsed(member: member, depth: depth - 1)
                if managedFields == .dropped { count -= 1 }
            } else {
                try pack(depth: depth - 1, parent: key)
            }
            skipBlanks()
        } while skip(UInt8(ascii: ","))
        guard skip(UInt8(ascii: "}")) else { throw error("expected ',' or '}', found \(found())") }
        if let kind, !saysItsKind {
            reserve(kind.members.count)
            for byte in kind.members { write(byte) }
            count += 2
        }
        guard count <= MemberList.mostNames else { throw error("an object has too many members") }
        guard count > 0 else {
            used = header
            return write(PackedTag.emptyObject)
        }
        out.storeBytes(of: PackedTag.object, toByteOffset: header, as: UInt8.self)
        out.storeBytes(of: UInt32(used - header - PackedTag.objectHeader), toByteOffset: header + 1, as: UInt32.self)
        out.storeBytes(of: UInt16(count), toByteOffset: header + 5, as: UInt16.self)
    }

    /// Steps over a value and keeps its text, or nothing at all of the member.
    mutating func packUnparsed(member: Int, depth: Int) throws(JSONError) {
        skipBlanks()
        let begin = cursor
        try step(depth: depth)
        if managedFields == .dropped {
            used = member
            return
        }
        let count = cursor - begin
        // The text is written as it stands, and lines of events must stay lines.
        if SWAR.contains(0x0A, begin, count) {
            cursor = begin
            return try pack(depth: depth, parent: Self.managedFieldsKey)
        }
        reserve(count + 16)
        write(PackedTag.raw)
        write(UInt32(count))
        (out + used).copyMemory(from: begin, byteCount: count)
        used += count
    }
}
