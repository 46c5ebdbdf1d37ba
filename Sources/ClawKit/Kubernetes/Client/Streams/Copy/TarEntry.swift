import ClawBase

/// One member of a tar archive, without its content.
struct TarEntry: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case file, directory
        case symbolicLink(to: String)
        /// The content of another member, under its name in the archive.
        case hardLink(to: String)
        /// A device, a pipe, a sparse file: its type flag.
        case other(UInt8)
    }

    /// As the archive has it: `/` between parts, perhaps a leading `/` or `./`; not to be trusted.
    var path: String
    var kind: Kind
    /// The permission bits, 0o7777 at most.
    var mode: UInt16
    var modified: Timestamp
    /// Bytes of content that follow.
    var size: Int

    init(path: String, kind: Kind, mode: UInt16, modified: Timestamp, size: Int = 0) {
        (self.path, self.kind, self.mode, self.modified, self.size) = (path, kind, mode, modified, size)
    }
}

/// The layout of a header block: POSIX.1-1988 `ustar`, as IEEE Std 1003.1-2017 has it (pax, "ustar Interchange
/// Format").
enum TarLayout {
    static let blockSize = 512

    static let name = 0..<100
    static let mode = 100..<108
    static let user = 108..<116
    static let group = 116..<124
    static let size = 124..<136
    static let modified = 136..<148
    static let checksum = 148..<156
    static let type = 156
    static let linkName = 157..<257
    static let magic = 257..<265
    static let prefix = 345..<500

    static let ustar: [UInt8] = Array("ustar\0".utf8) + Array("00".utf8)

    /// How many zero bytes follow content of that size.
    static func padding(_ size: Int) -> Int { (blockSize - size % blockSize) % blockSize }

    /// The sum of all bytes, those of the checksum itself taken as blanks.
    static func sum(of block: ArraySlice<UInt8>) -> Int {
        var sum = 0
        for byte in block { sum += Int(byte) }
        for byte in block[(block.startIndex + checksum.lowerBound)..<(block.startIndex + checksum.upperBound)] {
            sum += 32 - Int(byte)
        }
        return sum
    }
}

extension FindingCode {
    /// An archive that is damaged, or uses what this reader does not know.
    public static let badArchive = FindingCode(rawValue: "E_ARCHIVE")
    /// A member of an archive that would reach out of the directory it is unpacked into.
    public static let unsafeArchive = FindingCode(rawValue: "E_ARCHIVE_UNSAFE")
    /// A copy that the container could not take part in.
    public static let copyFailed = FindingCode(rawValue: "E_COPY")
}
