/// Tells the torn end of a log, which is cut off, from damage in its middle, which must never be passed over.
enum TornTail {
    enum Verdict {
        /// Nothing behind the offset was known to be on the disk: cut the file there.
        case torn
        /// Bytes that had been kept have changed.
        case damaged
    }

    /// - Parameter offset: where the first bad record starts.
    ///
    /// Bytes that an append or a crash left incomplete are always the last of the file, with two exceptions after
    /// a power cut: blocks of one unsynced batch may reach the disk in any order, and those that did not read as
    /// zeros. So whole records behind the bad one are damage if a mark among them says that the bad one was once
    /// synced, or if no block of the gap is blank.
    static func judge(_ reader: RecordReader, badFrom offset: Int) throws(SystemError) -> Verdict {
        guard var whole = try reader.nextWhole(after: offset) else { return .torn }
        if try !hasBlankBlock(reader.file, offset..<whole.offset) { return .damaged }
        while true {
            switch try whole.next() {
            case .mark(let synced): if synced > offset { return .damaged }
            case .record: break
            case .end: return .torn
            case .bad:
                guard let further = try reader.nextWhole(after: whole.offset) else { return .torn }
                whole = further
            }
        }
    }

    /// Whether any 512-byte block's share of the range is all zeros (and long enough to mean something).
    private static func hasBlankBlock(_ file: SystemFile, _ range: Range<Int>) throws(SystemError) -> Bool {
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min((start / 512 + 1) * 512, range.upperBound)
            if end - start >= 16, try file.read(end - start, at: start).allSatisfy({ $0 == 0 }) { return true }
            start = end
        }
        return false
    }
}
