/// The bytes of a journal's files. All numbers are little-endian.
///
/// A file is a header of 32 bytes, then records:
///
///     header   "CLAWJRNL", version u16, kind u16 (1 log, 2 snapshot), salt u32, generation u64,
///              zero u32, CRC-32C of the 28 bytes before u32
///     record   length u32 (bit 31 set: a mark), CRC-32C of the payload u32, CRC-32C of those 8 bytes u32, payload
///
/// The second checksum tells a wrong length from a torn end and lets a reader find the next whole record behind
/// damage. Checksums start from the file's random salt, so that neither left-over disk blocks nor a record that
/// holds a copy of another journal's bytes can pass for records.
///
/// A mark carries a u64. In a log: "all bytes of this file before that offset were synced". In a snapshot it is
/// the last record: the number of records before it.
enum RecordFormat {
    static let headerSize = 32
    static let recordHeaderSize = 12
    static let markSize = recordHeaderSize + 8
    static let markBit: UInt32 = 1 << 31
    static let version: UInt16 = 1
    private static let blankHeader = [UInt8](repeating: 0, count: recordHeaderSize)
    private static let magic = Array("CLAWJRNL".utf8)

    enum Kind: UInt16 { case log = 1, snapshot = 2 }

    struct Header: Hashable {
        var kind: Kind
        var salt: UInt32
        var generation: UInt64

        var bytes: [UInt8] {
            var bytes = RecordFormat.magic
            bytes.append(littleEndian: RecordFormat.version)
            bytes.append(littleEndian: kind.rawValue)
            bytes.append(littleEndian: salt)
            bytes.append(littleEndian: generation)
            bytes.append(littleEndian: UInt32(0))
            bytes.append(littleEndian: bytes.withUnsafeBytes { CRC32C.checksum($0) })
            return bytes
        }

        enum Problem: Error { case notAJournal, newerVersion(UInt16), damaged }

        init(kind: Kind, salt: UInt32, generation: UInt64) {
            (self.kind, self.salt, self.generation) = (kind, salt, generation)
        }

        init(reading bytes: [UInt8]) throws(Problem) {
            guard bytes.count >= headerSize else { throw .damaged }
            let (crc, version, kind, salt, generation) = bytes.withUnsafeBytes { bytes in
                (
                    CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<28]))
                        == bytes.littleEndian(at: 28, UInt32.self),
                    bytes.littleEndian(at: 8, UInt16.self), bytes.littleEndian(at: 10, UInt16.self),
                    bytes.littleEndian(at: 12, UInt32.self), bytes.littleEndian(at: 16, UInt64.self)
                )
            }
            guard bytes.prefix(8).elementsEqual(magic) else { throw .notAJournal }
            guard crc else { throw .damaged }
            guard version <= RecordFormat.version else { throw .newerVersion(version) }
            guard let kind = Kind(rawValue: kind) else { throw .damaged }
            self.init(kind: kind, salt: salt, generation: generation)
        }
    }

    /// A record's header: what the payload must be.
    struct RecordHeader {
        let length: Int
        let isMark: Bool
        let checksum: UInt32

        /// Nil where the 12 bytes at `offset` are no header of this file.
        init?(_ bytes: UnsafeRawBufferPointer, at offset: Int, salt: UInt32) {
            let word = bytes.littleEndian(at: offset, UInt32.self)
            let head = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + 8])
            guard CRC32C.checksum(head, seed: salt) == bytes.littleEndian(at: offset + 8, UInt32.self) else {
                return nil
            }
            length = Int(word & ~markBit)
            isMark = word & markBit != 0
            checksum = bytes.littleEndian(at: offset + 4, UInt32.self)
        }
    }

    static func append(_ payload: [UInt8], to buffer: inout [UInt8], salt: UInt32, mark: Bool = false) {
        let start = buffer.count
        buffer.append(contentsOf: blankHeader)
        buffer.append(contentsOf: payload)
        let end = buffer.count
        buffer.withUnsafeMutableBytes { sealHeader($0, at: start, end: end, salt: salt, mark: mark) }
    }

    static func append(mark: UInt64, to buffer: inout [UInt8], salt: UInt32) {
        append(withUnsafeBytes(of: mark.littleEndian) { Array($0) }, to: &buffer, salt: salt, mark: true)
    }

    /// Writes a mark over the `markSize` bytes that were left free at the buffer's start.
    static func put(mark: UInt64, atStartOf buffer: inout [UInt8], salt: UInt32) {
        buffer.withUnsafeMutableBytes { bytes in
            bytes.storeBytes(of: mark.littleEndian, toByteOffset: recordHeaderSize, as: UInt64.self)
            sealHeader(bytes, at: 0, end: markSize, salt: salt, mark: true)
        }
    }

    private static func sealHeader(
        _ bytes: UnsafeMutableRawBufferPointer, at start: Int, end: Int, salt: UInt32, mark: Bool
    ) {
        let payload = start + recordHeaderSize
        let crc = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[payload..<end]), seed: salt)
        let word = UInt32(end - payload) | (mark ? markBit : 0)
        bytes.storeBytes(of: word.littleEndian, toByteOffset: start, as: UInt32.self)
        bytes.storeBytes(of: crc.littleEndian, toByteOffset: start + 4, as: UInt32.self)
        let head = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: bytes[start..<start + 8]), seed: salt)
        bytes.storeBytes(of: head.littleEndian, toByteOffset: start + 8, as: UInt32.self)
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}

extension UnsafeRawBufferPointer {
    func littleEndian<N: FixedWidthInteger & BitwiseCopyable>(at offset: Int, _ type: N.Type) -> N {
        N(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}
