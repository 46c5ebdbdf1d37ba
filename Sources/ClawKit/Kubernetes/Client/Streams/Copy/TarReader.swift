import ClawBase

/// Reads a tar archive that comes in pieces: `ustar` with pax records (IEEE Std 1003.1-2017, pax), and what GNU tar
/// writes by itself (long names, numbers in base 256). Pure; holds one block, and the records about one member.
///
/// The archive is not trusted: names are given as they are, sizes and lengths are bounded, damage is a ``Finding`` with
/// ``FindingCode/badArchive`` that tells the byte.
struct TarReader {
    enum Event: Equatable {
        case entry(TarEntry)
        /// A piece of the last entry's content; together they are as long as its size says.
        case content(ArraySlice<UInt8>)
        case end
    }

    /// The most bytes of records about one member: names of 4096 bytes are the longest that systems take.
    static let recordLimit = 256 << 10

    private enum State {
        case header
        /// Bytes of content, then of padding, still to come.
        case content(Int, padding: Int)
        case records(UInt8, size: Int)
        case ended
    }

    private var state = State.header
    private var buffer: [UInt8] = []
    private var start = 0
    /// Where in the archive `buffer[start]` stands.
    private var offset = 0
    private var globalRecords: [String: String] = [:]
    private var records: [String: String] = [:]
    private var longName: String?
    private var longLink: String?

    mutating func append(_ bytes: [UInt8]) {
        // What follows the end is padding to the tape's record.
        if case .ended = state { return }
        if start == buffer.count {
            (buffer, start) = (bytes, 0)
        } else {
            buffer.removeFirst(start)
            start = 0
            buffer += bytes
        }
    }

    /// What comes next; nil where more bytes are needed.
    mutating func next() throws(Finding) -> Event? {
        while true {
            switch state {
            case .ended: return nil
            case .content(let size, let padding):
                if size > 0 {
                    let piece = take(atMost: size)
                    guard !piece.isEmpty else { return nil }
                    state = .content(size - piece.count, padding: padding)
                    return .content(piece)
                }
                let skipped = take(atMost: padding).count
                guard skipped == padding else {
                    state = .content(0, padding: padding - skipped)
                    return nil
                }
                state = .header
            case .records(let type, let size):
                guard buffer.count - start >= size + TarLayout.padding(size) else { return nil }
                let content = Array(take(atMost: size))
                _ = take(atMost: TarLayout.padding(size))
                try read(content, ofType: type)
                state = .header
            case .header:
                guard buffer.count - start >= TarLayout.blockSize else { return nil }
                let place = offset
                let block = Array(take(atMost: TarLayout.blockSize))
                if block.allSatisfy({ $0 == 0 }) {
                    state = .ended
                    buffer = []
                    start = 0
                    return .end
                }
                if let entry = try header(block, at: place) { return .entry(entry) }
            }
        }
    }

    /// Tells that nothing more comes.
    /// - Throws: ``Finding`` where the archive is cut off.
    func finish() throws(Finding) {
        if case .ended = state { return }
        throw damage("ends before its end is marked", at: offset + buffer.count - start)
    }

    private mutating func take(atMost count: Int) -> ArraySlice<UInt8> {
        let end = min(start + count, buffer.count)
        defer {
            offset += end - start
            start = end
        }
        return buffer[start..<end]
    }

    private func damage(_ what: String, at place: Int) -> Finding {
        Finding(
            .badArchive, "The archive \(what); copy again, and where that helps nothing look at the tar it comes from.",
            field: "byte \(place)")
    }

    // MARK: headers

    /// The entry that a header begins; nil for one that only tells about the next.
    private mutating func header(_ block: [UInt8], at place: Int) throws(Finding) -> TarEntry? {
        guard let sum = Self.number(block[TarLayout.checksum]), sum == TarLayout.sum(of: block[...]) else {
            throw damage("has a header whose checksum is wrong", at: place)
        }
        guard var size = Self.number(block[TarLayout.size]), size >= 0 else {
            throw damage("has a member of unreadable size", at: place)
        }
        let type = block[TarLayout.type]
        switch type {
        case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "L"), UInt8(ascii: "K"):
            guard size <= Self.recordLimit else { throw damage("has a name of \(size) bytes", at: place) }
            state = .records(type, size: size)
            return nil
        default: break
        }
        let facts = globalRecords.merging(records) { $1 }
        defer { (records, longName, longLink) = ([:], nil, nil) }
        if let text = facts["size"] {
            guard let number = PaxRecords.number(Array(text.utf8)[...]) else {
                throw damage("has a member of unreadable size", at: place)
            }
            size = number
        }
        let (ownName, ownLink) = (try name(block, at: place), try text(block[TarLayout.linkName], at: place))
        let path = facts["path"] ?? longName ?? ownName
        let link = facts["linkpath"] ?? longLink ?? ownLink
        guard !path.isEmpty, !path.utf8.contains(0), !link.utf8.contains(0) else {
            throw damage("has a member without a usable name", at: place)
        }
        let kind: TarEntry.Kind =
            switch type {
            // Before POSIX, a directory was told by its slash.
            case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): path.hasSuffix("/") ? .directory : .file
            case UInt8(ascii: "1"): .hardLink(to: link)
            case UInt8(ascii: "2"): .symbolicLink(to: link)
            case UInt8(ascii: "5"): .directory
            default: .other(type)
            }
        // Types 1 to 6 have no content, whatever their header says.
        if (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(type) { size = 0 }
        guard let mode = Self.number(block[TarLayout.mode]) else { throw damage("has unreadable rights", at: place) }
        guard
            let modified = facts["mtime"].flatMap(PaxRecords.time)
                ?? Self.number(block[TarLayout.modified]).flatMap({
                    abs($0) < 1 << 33 ? Timestamp(seconds: Int64($0)) : nil
                })
        else { throw damage("has an unreadable time", at: place) }
        state = .content(size, padding: TarLayout.padding(size))
        return TarEntry(
            path: path, kind: kind, mode: UInt16(truncatingIfNeeded: mode & 0o7777), modified: modified, size: size)
    }

    private mutating func read(_ content: [UInt8], ofType type: UInt8) throws(Finding) {
        switch type {
        case UInt8(ascii: "L"): longName = try text(content[...], at: offset)
        case UInt8(ascii: "K"): longLink = try text(content[...], at: offset)
        default:
            guard let found = PaxRecords.decode(content) else {
                throw damage("has unreadable pax records", at: offset)
            }
            if found.keys.contains(where: { $0.hasPrefix("GNU.sparse") }) {
                throw damage("holds a sparse file, which is not read", at: offset)
            }
            if type == UInt8(ascii: "g") {
                globalRecords = found.filter { ["mtime"].contains($0.key) }
            } else {
                records = found
            }
        }
    }

    private func name(_ block: [UInt8], at place: Int) throws(Finding) -> String {
        let name = try text(block[TarLayout.name], at: place)
        // GNU's own format has other things where ustar has the prefix.
        guard Array(block[TarLayout.magic]) == TarLayout.ustar else { return name }
        let prefix = try text(block[TarLayout.prefix], at: place)
        return prefix.isEmpty ? name : "\(prefix)/\(name)"
    }

    /// Up to the first zero.
    private func text(_ field: ArraySlice<UInt8>, at place: Int) throws(Finding) -> String {
        guard let text = String(validating: field.prefix { $0 != 0 }, as: UTF8.self) else {
            throw damage("has a name that is no UTF-8, which is not supported", at: place)
        }
        return text
    }

    /// Octal digits between blanks and zeros; or, marked by the highest bit, a number in base 256 (GNU).
    static func number(_ field: ArraySlice<UInt8>) -> Int? {
        guard let first = field.first else { return nil }
        if first & 0x80 != 0 {
            // Two's complement behind the mark. 0xFF says negative, 0x80 positive; in between lie numbers too large.
            guard first == 0x80 || first == 0xFF else { return nil }
            var value = first == 0xFF ? -1 : 0
            for byte in field.dropFirst() {
                guard abs(value) < 1 << 53 else { return nil }
                value = value << 8 | Int(byte)
            }
            return value
        }
        var value = 0
        for byte in field.drop(while: { $0 == 32 || $0 == 0 }) {
            if byte == 0 || byte == 32 { break }
            guard (48...55).contains(byte), value < 1 << 50 else { return nil }
            value = value << 3 | Int(byte - 48)
        }
        return value
    }
}
