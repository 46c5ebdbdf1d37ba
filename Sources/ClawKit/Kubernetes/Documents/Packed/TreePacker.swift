/// Writes a tree's packed bytes: what is packed already is copied as it lies.
struct TreePacker: ~Copyable {
    private var out: UnsafeMutableRawPointer
    private var used = 0
    private var capacity = 4096
    private let known = KnownTexts.shared

    init() { out = .allocate(byteCount: capacity, alignment: 8) }

    deinit { out.deallocate() }

    /// The object as one run of bytes; nil where a name is too long for that.
    static func pack(_ object: JSONObject) -> PackedBytes? {
        var packer = TreePacker()
        guard packer.write(object), packer.used <= Int(UInt32.max) else { return nil }
        return PackedBytes(copying: UnsafeRawBufferPointer(start: packer.out, count: packer.used))
    }

    @inline(__always)
    private mutating func reserve(_ count: Int) { if used + count > capacity { grow(count) } }

    @inline(never)
    private mutating func grow(_ count: Int) {
        out = out.grown(&capacity, by: count, keeping: used)
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

    private mutating func write(_ value: JSON) -> Bool {
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
        object.withPacked { put(UnsafeRawBufferPointer(start: $0, count: PackedReader.skip($0) - $0)) }
        return true
    }

    private mutating func write(_ list: MemberList) -> Bool {
        if list.count == 0 {
            put(PackedTag.emptyObject)
            return true
        }
        let header = used
        reserve(PackedTag.objectHeader)
        used += PackedTag.objectHeader
        for index in 0..<list.count {
            let (key, value) = list.keyedMember(at: index)
            guard write(key), write(value) else { return false }
        }
        out.storeBytes(of: PackedTag.object, toByteOffset: header, as: UInt8.self)
        out.storeBytes(of: UInt32(truncatingIfNeeded: used - header - PackedTag.objectHeader), toByteOffset: header + 1, as: UInt32.self)
        out.storeBytes(of: UInt16(truncatingIfNeeded: list.count), toByteOffset: header + 5, as: UInt16.self)
        return true
    }

    private mutating func write(_ key: FieldKey) -> Bool {
        if key.number != FieldKey.unknown {
            put(key.number)
            return true
        }
        var name = key.name
        return name.withUTF8 { bytes in
            guard bytes.count <= PackedTag.longestName else { return false }
            put(UInt16(bytes.count) | PackedTag.customName)
            put(UnsafeRawBufferPointer(bytes))
            return true
        }
    }
}

extension JSONObject {
    /// The same object as one run of bytes of its own: the smallest form, which holds on to nothing else.
    package func packed() -> JSONObject {
        if isEmpty { return JSONObject() }
        guard let bytes = TreePacker.pack(self) else { return self }
        return JSONObject(bytes, at: bytes.start)
    }
}
