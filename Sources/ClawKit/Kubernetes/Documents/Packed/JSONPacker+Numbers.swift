/// Numbers, in the fewest bytes that hold them.
extension JSONPacker {
    mutating func packNumber() throws(JSONError) {
        let begin = cursor
        let negative = skip(UInt8(ascii: "-"))
        let firstDigit = cursor
        var magnitude: UInt64 = 0
        var overflow = false
        while cursor < end, case let digit = cursor.pointee &- UInt8(ascii: "0"), digit < 10 {
            let (product, over1) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, over2) = product.addingReportingOverflow(UInt64(digit))
            overflow = overflow || over1 || over2
            magnitude = sum
            cursor += 1
        }
        guard cursor > firstDigit else { throw error("expected a digit, found \(found())") }
        if firstDigit.pointee == UInt8(ascii: "0"), cursor - firstDigit > 1 { throw error("a number has a leading zero") }
        let next = peek()
        if next != UInt8(ascii: "."), next | 0x20 != UInt8(ascii: "e"), !overflow {
            if !negative, magnitude <= UInt64(Int64.max) { return write(integer: Int64(magnitude)) }
            if negative, magnitude <= UInt64(Int64.max) + 1 {
                return write(integer: Int64(truncatingIfNeeded: 0 &- magnitude))
            }
        }
        try packDouble(from: begin)
    }

    mutating func packDouble(from begin: UnsafePointer<UInt8>) throws(JSONError) {
        if skip(UInt8(ascii: ".")) { try digits("expected a digit after '.'") }
        if peek() | 0x20 == UInt8(ascii: "e") {
            cursor += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { cursor += 1 }
            try digits("expected a digit in the exponent")
        }
        let text = UnsafeRawBufferPointer(start: begin, count: cursor - begin)
        guard text.count <= 512, let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else {
            throw JSONError("the number is out of range", at: begin - start)
        }
        write(PackedTag.double)
        out.storeBytes(of: value.bitPattern, toByteOffset: used, as: UInt64.self)
        used += 8
    }

    mutating func digits(_ expectation: String) throws(JSONError) {
        let first = cursor
        while cursor < end, cursor.pointee &- UInt8(ascii: "0") < 10 { cursor += 1 }
        if cursor == first { throw error(expectation) }
    }

    @inline(__always)
    mutating func write(integer value: Int64) {
        if let small = Int8(exactly: value) {
            write(PackedTag.int8)
            out.storeBytes(of: small, toByteOffset: used, as: Int8.self)
            used += 1
        } else if let middle = Int32(exactly: value) {
            write(PackedTag.int32)
            out.storeBytes(of: middle, toByteOffset: used, as: Int32.self)
            used += 4
        } else {
            write(PackedTag.int64)
            out.storeBytes(of: value, toByteOffset: used, as: Int64.self)
            used += 8
        }
    }
}
