import ClawBase

/// The headers and ends of a tar archive, as bytes: `ustar` blocks, with pax records for what does not fit in
/// (IEEE Std 1003.1-2017, pax). Pure; whoever calls writes the content between them.
///
/// A name that does not fit is written as GNU tar's long name too: BusyBox reads those, and passes pax records over.
/// Owners are left to the reader: all are 0.
enum TarWriter {
    /// What stands before an entry's content.
    static func header(_ entry: TarEntry) -> [UInt8] {
        var path = Array(entry.path.utf8)
        if entry.kind == .directory, path.last != UInt8(ascii: "/") { path.append(UInt8(ascii: "/")) }
        let link = Array(entry.linkTarget.utf8)
        let split = ustarName(path)

        var records: [(String, String)] = []
        if split == nil { records.append(("path", String(decoding: path, as: UTF8.self))) }
        if link.count > TarLayout.linkName.count { records.append(("linkpath", entry.linkTarget)) }
        if entry.size > largestOctal { records.append(("size", String(entry.size))) }
        let seconds = entry.modified.seconds
        if entry.modified.nanoseconds % 1_000_000_000 != 0 || !(0...Int64(largestOctal)).contains(seconds) {
            records.append(("mtime", PaxRecords.text(entry.modified)))
        }

        var bytes: [UInt8] = []
        if !records.isEmpty {
            bytes += extra("x", Array("PaxHeaders/entry".utf8), PaxRecords.encode(records))
        }
        if link.count > TarLayout.linkName.count { bytes += extra("K", longLink, link + [0]) }
        if split == nil { bytes += extra("L", longLink, path + [0]) }

        let (prefix, name) = split ?? ([], Array(path.prefix(TarLayout.name.count)))
        bytes += block(
            prefix: prefix, name: name, mode: entry.mode & 0o7777, size: entry.size > largestOctal ? 0 : entry.size,
            seconds: min(max(Int(seconds), 0), largestOctal), type: entry.typeFlag,
            link: Array(link.prefix(TarLayout.linkName.count)))
        return bytes
    }

    /// What stands behind an entry's content.
    static func padding(_ size: Int) -> [UInt8] { Array(repeating: 0, count: TarLayout.padding(size)) }

    /// Two blocks of zeros.
    static let end = [UInt8](repeating: 0, count: 2 * TarLayout.blockSize)

    /// Eleven octal digits.
    private static let largestOctal = 1 << 33 - 1
    private static let longLink = Array("././@LongLink".utf8)

    /// A member that tells about the next one.
    private static func extra(_ type: Unicode.Scalar, _ name: [UInt8], _ content: [UInt8]) -> [UInt8] {
        block(
            prefix: [], name: name, mode: 0o644, size: content.count, seconds: 0, type: UInt8(ascii: type), link: [])
            + content + padding(content.count)
    }

    /// A path in the two fields there are for it; nil where it does not fit.
    private static func ustarName(_ path: [UInt8]) -> (prefix: [UInt8], name: [UInt8])? {
        if path.count <= TarLayout.name.count { return ([], path) }
        // The slash between the two is not written; a directory's last one is no such place.
        let slashes = path.indices.dropLast().filter { path[$0] == UInt8(ascii: "/") && $0 > 0 }
        for slash in slashes where slash <= TarLayout.prefix.count && path.count - slash - 1 <= TarLayout.name.count {
            return (Array(path[..<slash]), Array(path[(slash + 1)...]))
        }
        return nil
    }

    private static func block(
        prefix: [UInt8], name: [UInt8], mode: UInt16, size: Int, seconds: Int, type: UInt8, link: [UInt8]
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: TarLayout.blockSize)
        func put(_ bytes: [UInt8], at field: Range<Int>) {
            block.replaceSubrange(field.lowerBound..<(field.lowerBound + bytes.count), with: bytes)
        }
        put(name, at: TarLayout.name)
        put(octal(Int(mode), TarLayout.mode), at: TarLayout.mode)
        put(octal(0, TarLayout.user), at: TarLayout.user)
        put(octal(0, TarLayout.group), at: TarLayout.group)
        put(octal(size, TarLayout.size), at: TarLayout.size)
        put(octal(seconds, TarLayout.modified), at: TarLayout.modified)
        block[TarLayout.type] = type
        put(link, at: TarLayout.linkName)
        put(TarLayout.ustar, at: TarLayout.magic)
        put(prefix, at: TarLayout.prefix)
        // Six digits, a zero and a blank, for history's sake.
        put(octal(TarLayout.sum(of: block[...]), 0..<7) + [32], at: TarLayout.checksum)
        return block
    }

    /// With leading zeros, and a zero byte at the end.
    private static func octal(_ value: Int, _ field: Range<Int>) -> [UInt8] {
        let digits = Array(String(value, radix: 8).utf8)
        return Array(repeating: 48, count: field.count - 1 - digits.count) + digits + [0]
    }
}

extension TarEntry {
    fileprivate var linkTarget: String {
        switch kind {
        case .symbolicLink(let target), .hardLink(let target): target
        case .file, .directory, .other: ""
        }
    }

    fileprivate var typeFlag: UInt8 {
        switch kind {
        case .file: UInt8(ascii: "0")
        case .hardLink: UInt8(ascii: "1")
        case .symbolicLink: UInt8(ascii: "2")
        case .directory: UInt8(ascii: "5")
        case .other(let flag): flag
        }
    }
}
