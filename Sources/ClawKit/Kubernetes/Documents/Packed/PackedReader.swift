/// Steps through packed bytes. All positions come from the parser, which wrote them; nothing from outside gets here
/// unchecked.
enum PackedReader {
    @inline(__always)
    static func uint32(_ pointer: UnsafeRawPointer) -> Int { Int(pointer.loadUnaligned(as: UInt32.self)) }

    @inline(__always)
    static func uint16(_ pointer: UnsafeRawPointer) -> UInt16 { pointer.loadUnaligned(as: UInt16.self) }

    /// The position behind the value.
    @inline(__always)
    static func skip(_ pointer: UnsafeRawPointer) -> UnsafeRawPointer {
        switch pointer.load(as: UInt8.self) {
        case PackedTag.string8: pointer + 2 + Int(pointer.load(fromByteOffset: 1, as: UInt8.self))
        case PackedTag.string32, PackedTag.raw: pointer + 5 + uint32(pointer + 1)
        case PackedTag.array: pointer + PackedTag.arrayHeader + uint32(pointer + 1)
        case PackedTag.object: pointer + PackedTag.objectHeader + uint32(pointer + 1)
        case PackedTag.int8: pointer + 2
        case PackedTag.knownString: pointer + 3
        case PackedTag.int32: pointer + 5
        case PackedTag.int64, PackedTag.double: pointer + 9
        default: pointer + 1
        }
    }

    /// Whether two values are the same byte by byte.
    static func isSame(_ a: PackedBytes, _ i: UInt32, _ b: PackedBytes, _ j: UInt32) -> Bool {
        withExtendedLifetime((a, b)) {
            let (x, y) = (a.start + Int(i), b.start + Int(j))
            let count = skip(x) - x
            guard skip(y) - y == count else { return false }
            var position = 0
            while position + 8 <= count {
                guard (x + position).loadUnaligned(as: UInt64.self) == (y + position).loadUnaligned(as: UInt64.self) else { return false }
                position += 8
            }
            while position < count {
                guard x.load(fromByteOffset: position, as: UInt8.self) == y.load(fromByteOffset: position, as: UInt8.self) else { return false }
                position += 1
            }
            return true
        }
    }

    static func string(_ pointer: UnsafeRawPointer) -> String? {
        switch pointer.load(as: UInt8.self) {
        case PackedTag.string8:
            text(pointer + 2, count: Int(pointer.load(fromByteOffset: 1, as: UInt8.self)))
        case PackedTag.string32: text(pointer + 5, count: uint32(pointer + 1))
        case PackedTag.knownString: KnownTexts.shared.texts[Int(uint16(pointer + 1))]
        default: nil
        }
    }

    static func text(_ pointer: UnsafeRawPointer, count: Int) -> String {
        String(decoding: UnsafeRawBufferPointer(start: pointer, count: count), as: UTF8.self)
    }

    /// The value as a tree; objects stay views into `bytes`.
    static func value(_ pointer: UnsafeRawPointer, in bytes: PackedBytes) -> JSON {
        switch pointer.load(as: UInt8.self) {
        case PackedTag.null: .null
        case PackedTag.false: .bool(false)
        case PackedTag.true: .bool(true)
        case PackedTag.emptyArray: .array([])
        case PackedTag.emptyObject: .object(JSONObject())
        case PackedTag.int8: .integer(Int64((pointer + 1).load(as: Int8.self)))
        case PackedTag.int32: .integer(Int64((pointer + 1).loadUnaligned(as: Int32.self)))
        case PackedTag.int64: .integer((pointer + 1).loadUnaligned(as: Int64.self))
        case PackedTag.double: .double(Double(bitPattern: (pointer + 1).loadUnaligned(as: UInt64.self)))
        case PackedTag.array: .array(elements(pointer, in: bytes))
        case PackedTag.object: .object(JSONObject(bytes, at: pointer))
        case PackedTag.raw: raw(pointer)
        default: .string(string(pointer) ?? "")
        }
    }

    static func elements(_ pointer: UnsafeRawPointer, in bytes: PackedBytes) -> [JSON] {
        let count = uint32(pointer + 5)
        var next = pointer + PackedTag.arrayHeader
        return [JSON](unsafeUninitializedCapacity: count) { buffer, filled in
            for index in 0..<count {
                buffer.initializeElement(at: index, to: value(next, in: bytes))
                next = skip(next)
            }
            filled = count
        }
    }

    /// Text left unparsed; the parser has stepped over it and knows that it is well-formed.
    private static func raw(_ pointer: UnsafeRawPointer) -> JSON {
        let text = UnsafeBufferPointer(
            start: (pointer + 5).assumingMemoryBound(to: UInt8.self), count: uint32(pointer + 1))
        return (try? JSONParser.parse(Span(_unsafeElements: text), limits: .init(depth: 1024, bytes: .max))) ?? .null
    }

    /// Calls `body` for each member, in order: the key's number or a custom name, and where the value is.
    @inline(__always)
    static func members(
        of object: UnsafeRawPointer, _ body: (UInt16, UnsafeRawPointer, UnsafeRawPointer) -> Bool
    ) {
        let end = object + PackedTag.objectHeader + uint32(object + 1)
        var next = object + PackedTag.objectHeader
        while next < end {
            let key = uint16(next)
            let name = next + 2
            let value = key & PackedTag.customName == 0 ? name : name + Int(key & ~PackedTag.customName)
            if !body(key, name, value) { return }
            next = skip(value)
        }
    }

    /// Where the member's value is; nil where there is none.
    @inline(__always)
    static func find(_ key: FieldKey, in object: UnsafeRawPointer) -> UnsafeRawPointer? {
        var found: UnsafeRawPointer?
        if key.number != FieldKey.unknown {
            members(of: object) { id, _, value in
                if id == key.number { found = value }
                return found == nil
            }
        } else {
            var text = key.name
            text.withUTF8 { wanted in
                members(of: object) { id, name, value in
                    if id & PackedTag.customName != 0, Int(id & ~PackedTag.customName) == wanted.count,
                        UnsafeRawBufferPointer(start: name, count: wanted.count).elementsEqual(wanted)
                    {
                        found = value
                    }
                    return found == nil
                }
            }
        }
        return found
    }

    static func name(_ key: UInt16, _ name: UnsafeRawPointer) -> String {
        key & PackedTag.customName == 0
            ? KnownTexts.shared.texts[Int(key)] : text(name, count: Int(key & ~PackedTag.customName))
    }
}
