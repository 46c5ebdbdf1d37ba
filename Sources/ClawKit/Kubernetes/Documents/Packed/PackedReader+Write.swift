/// Packed bytes as JSON text, without a tree in between.
extension PackedReader {
    static func write(_ pointer: UnsafeRawPointer, to out: inout TextBuffer) {
        switch pointer.load(as: UInt8.self) {
        case PackedTag.null: out.append("null")
        case PackedTag.false: out.append("false")
        case PackedTag.true: out.append("true")
        case PackedTag.emptyArray: out.append("[]")
        case PackedTag.emptyObject: out.append("{}")
        case PackedTag.int8: out.append(Int64((pointer + 1).load(as: Int8.self)))
        case PackedTag.int32: out.append(Int64((pointer + 1).loadUnaligned(as: Int32.self)))
        case PackedTag.int64: out.append((pointer + 1).loadUnaligned(as: Int64.self))
        case PackedTag.double: out.append(Double(bitPattern: (pointer + 1).loadUnaligned(as: UInt64.self)))
        case PackedTag.raw: out.append(UnsafeRawBufferPointer(start: pointer + 5, count: uint32(pointer + 1)))
        case PackedTag.string8:
            let count = Int(pointer.load(fromByteOffset: 1, as: UInt8.self))
            out.appendQuoted(UnsafeRawBufferPointer(start: pointer + 2, count: count))
        case PackedTag.knownString:
            // Known texts need no escapes: theirs, with the closing quote, is at hand.
            out.append(UInt8(ascii: "\""))
            out.append(KnownTexts.shared.quoted(uint16(pointer + 1)))
        case PackedTag.string32:
            out.appendQuoted(UnsafeRawBufferPointer(start: pointer + 5, count: uint32(pointer + 1)))
        case PackedTag.array: writeArray(pointer, to: &out)
        default: writeObject(pointer, to: &out)
        }
    }

    private static func writeArray(_ array: UnsafeRawPointer, to out: inout TextBuffer) {
        var next = array + PackedTag.arrayHeader
        out.append(UInt8(ascii: "["))
        for index in 0..<uint32(array + 5) {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            write(next, to: &out)
            next = skip(next)
        }
        out.append(UInt8(ascii: "]"))
    }

    private static func writeObject(_ object: UnsafeRawPointer, to out: inout TextBuffer) {
        let end = object + PackedTag.objectHeader + uint32(object + 1)
        var next = object + PackedTag.objectHeader
        out.append(UInt8(ascii: "{"))
        var isFirst = true
        while next < end {
            if !isFirst { out.append(UInt8(ascii: ",")) }
            isFirst = false
            let key = uint16(next)
            next += 2
            if key & PackedTag.customName == 0 {
                // Known names need no escapes: their text, with the closing quote, is at hand.
                out.append(UInt8(ascii: "\""))
                out.append(KnownTexts.shared.quoted(key))
            } else {
                let count = Int(key & ~PackedTag.customName)
                out.appendQuoted(UnsafeRawBufferPointer(start: next, count: count))
                next += count
            }
            out.append(UInt8(ascii: ":"))
            write(next, to: &out)
            next = skip(next)
        }
        out.append(UInt8(ascii: "}"))
    }
}
