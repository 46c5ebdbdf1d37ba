/// Writes a tree's packed bytes: what is packed already is copied as it lies.
struct TreePacker: ~Copyable {
    private var buffer = ScratchBuffers.shared.take()
    private var out: UnsafeMutableRawPointer { buffer.start }
    /// How many bytes are written.
    private(set) var used = 0
    private let known = KnownTexts.shared

    deinit { ScratchBuffers.shared.giveBack(buffer) }

    /// The object as one run of bytes; nil where a name is too long for that.
    static func pack(_ object: JSONObject) -> PackedBytes? {
        var packer = TreePacker()
        return packer.write(object) ? packer.bytes() : nil
    }

    /// What is written, as bytes of their own; nil where that is more than offsets reach.
    func bytes() -> PackedBytes? {
        used <= Int(UInt32.max) ? PackedBytes(copying: UnsafeRawBufferPointer(start: out, count: used)) : nil
    }

    @inline(__always)
    private mutating func reserve(_ count: Int) { if used + count > buffer.capacity { grow(count) } }

    @inline(never)
    private mutating func grow(_ count: Int) {
        let full = buffer.start
        buffer.start = full.grown(&buffer.capacity, by: count, keeping: used)
    }

    @inline(__always)
    private mutating func put<T: BitwiseCopyable>(_ value: T) {
        reserve(MemoryLayout<T>.size)
        out.storeBytes(of: value, toByteOffset: used, as: T.self)
        used += MemoryLayout<T>.size
    }

    private mutating func put(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        reserve(bytes.count)
        (out + used).copyMemory(from: source, byteCount: bytes.count)
        used += bytes.count
    }

    mutating func write(_ value: JSON) -> Bool {
        switch value {
        case .null: put(PackedTag.null)
        case .bool(let value): put(value ? PackedTag.true : PackedTag.false)
        case .integer(let number): write(number)
        case .double(let number):
            put(PackedTag.double)
            put(number.bitPattern)
        case .string(let text): write(text)
        case .array(let items): return write(items)
        case .object(let object): return write(object)
        }
        return true
    }

    private mutating func write(_ number: Int64) {
        if let number = Int8(exactly: number) {
            put(PackedTag.int8)
            put(number)
        } else if let number = Int32(exactly: number) {
            put(PackedTag.int32)
            put(number)
        } else {
            put(PackedTag.int64)
            put(number)
        }
    }

    private mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            if let number = known.number(of: bytes) {
                put(PackedTag.knownString)
                put(number)
                return
            }
            if bytes.count < 256 {
                put(PackedTag.string8)
                put(UInt8(bytes.count))
            } else {
                put(PackedTag.string32)
                put(UInt32(bytes.count))
            }
            put(UnsafeRawBufferPointer(bytes))
        }
    }

    private mutating func write(_ items: [JSON]) -> Bool {
        if items.isEmpty {
            put(PackedTag.emptyArray)
            return true
        }
        let header = used
        reserve(PackedTag.arrayHeader)
        used += PackedTag.arrayHeader
        for item in items { guard write(item) else { return false } }
        out.storeBytes(of: PackedTag.array, toByteOffset: header, as: UInt8.self)
        out.storeBytes(of: UInt32(truncatingIfNeeded: used - header - PackedTag.arrayHeader), toByteOffset: header + 1, as: UInt32.self)
        out.storeBytes(of: UInt32(truncatingIfNeeded: items.count), toByteOffset: header + 5, as: UInt32.self)
        return true
    }

    private mutating func write(_ object: JSONObject) -> Bool {
        if let list = object.members { return write(list) }
        if object.withPacked({ put(UnsafeRawBufferPointer(start: $0, count: PackedReader.skip($0) - $0)) }) == nil {
            put(PackedTag.emptyObject)
        }
        return true
    }

    private mutating func write(_ list: MemberList) -> Bool {
        if list.count == 0 {
            put(PackedTag.emptyObject)
            return true
        }
        let header = begin()
        let isWritten = list.forEach { number, customName, value in
            guard let customName else {
                put(number)
                return write(value)
            }
            return write(customName: customName) && write(value)
        }
        end(header, count: list.count)
        return isWritten
    }

    private mutating func write(customName: String) -> Bool {
        var name = customName
        return name.withUTF8 { put(name: $0, known: nil) }
    }

    // MARK: piece by piece

    /// Opens an object: returns what ``end(_:count:)`` asks for.
    mutating func begin() -> Int {
        let header = used
        reserve(PackedTag.objectHeader)
        used += PackedTag.objectHeader
        return header
    }

    /// Closes an object of so many members, of which there is at least one.
    mutating func end(_ header: Int, count: Int) {
        out.storeBytes(of: PackedTag.object, toByteOffset: header, as: UInt8.self)
        out.storeBytes(of: UInt32(truncatingIfNeeded: used - header - PackedTag.objectHeader), toByteOffset: header + 1, as: UInt32.self)
        out.storeBytes(of: UInt16(truncatingIfNeeded: count), toByteOffset: header + 5, as: UInt16.self)
    }

    mutating func emptyObject() { put(PackedTag.emptyObject) }

    /// A member's name; false where it is too long to be packed.
    /// - Parameter number: of the name, where it is known.
    private mutating func put(name: UnsafeBufferPointer<UInt8>, known number: UInt16?) -> Bool {
        if let number {
            put(number)
            return true
        }
        guard name.count <= PackedTag.longestName else { return false }
        put(UInt16(name.count) | PackedTag.customName)
        put(UnsafeRawBufferPointer(name))
        return true
    }

    /// A member's name in two parts.
    mutating func put(name prefix: StaticString, _ rest: String) -> Bool {
        var rest = rest
        return rest.withUTF8 { bytes in
            let (first, count) = (prefix.utf8CodeUnitCount, prefix.utf8CodeUnitCount + bytes.count)
            guard count <= PackedTag.longestName else { return false }
            reserve(2 + count)
            let name = out + used + 2
            name.copyMemory(from: prefix.utf8Start, byteCount: first)
            if let source = bytes.baseAddress { (name + first).copyMemory(from: source, byteCount: bytes.count) }
            let text = UnsafeBufferPointer(start: name.assumingMemoryBound(to: UInt8.self), count: count)
            if let number = known.number(of: text) {
                put(number)
            } else {
                put(UInt16(count) | PackedTag.customName)
                used += count
            }
            return true
        }
    }

    mutating func put(key: FieldKey) -> Bool {
        if key.number != FieldKey.unknown {
            put(key.number)
            return true
        }
        var name = key.name
        return name.withUTF8 { put(name: $0, known: nil) }
    }

    /// Forgets what was written behind a place.
    mutating func rewind(to place: Int) { used = place }
}

extension JSONObject {
    /// The same object as one run of bytes of its own: the smallest form, which holds on to nothing else.
    package func packed() -> JSONObject {
        if isEmpty { return JSONObject() }
        guard let bytes = TreePacker.pack(self) else { return self }
        return JSONObject(bytes, at: bytes.start)
    }
}
