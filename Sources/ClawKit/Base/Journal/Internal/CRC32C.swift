/// CRC-32C (Castagnoli polynomial, RFC 3720 appendix B.4), eight bytes a step by tables.
struct CRC32C {
    private var register: UInt32

    /// - Parameter seed: a file's own number, so that bytes of another file never check out in this one.
    init(seed: UInt32 = 0) { register = ~seed }

    var value: UInt32 { ~register }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        register = Self.tables.withUnsafeBufferPointer { table in
            var crc = register
            var index = 0
            let wholeWords = bytes.count & ~7
            while index < wholeWords {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                let x = word ^ UInt64(crc)
                crc =
                    table[7 << 8 | Int(x & 0xFF)] ^ table[6 << 8 | Int(x >> 8 & 0xFF)]
                    ^ table[5 << 8 | Int(x >> 16 & 0xFF)] ^ table[4 << 8 | Int(x >> 24 & 0xFF)]
                    ^ table[3 << 8 | Int(x >> 32 & 0xFF)] ^ table[2 << 8 | Int(x >> 40 & 0xFF)]
                    ^ table[1 << 8 | Int(x >> 48 & 0xFF)] ^ table[Int(x >> 56)]
                index += 8
            }
            while index < bytes.count {
                crc = crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ bytes[index])]
                index += 1
            }
            return crc
        }
    }

    static func checksum(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
        var crc = CRC32C(seed: seed)
        crc.update(bytes)
        return crc.value
    }

    /// Table k holds the remainders of a byte followed by k zero bytes.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var remainder = UInt32(byte)
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0x82F6_3B78 : remainder >> 1 }
            tables[byte] = remainder
        }
        for index in 256..<tables.count {
            let shorter = tables[index - 256]
            tables[index] = shorter >> 8 ^ tables[Int(shorter & 0xFF)]
        }
        return tables
    }()
}
