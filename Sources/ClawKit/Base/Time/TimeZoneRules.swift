import FoundationEssentials

/// How a time zone's clocks differ from UTC, as the machine's time zone database says (RFC 9636).
package struct TimeZoneRules: Sendable, Hashable {
    private struct Change: Sendable, Hashable {
        var at: Int64
        var offset: Int64
    }

    package static let utc = TimeZoneRules(changes: [], first: 0, afterwards: nil)

    /// In order of time.
    private let changes: [Change]
    /// Before the first change, in seconds east of UTC.
    private let first: Int64
    /// After the last change.
    private let afterwards: YearlyClockChanges?

    private init(changes: [Change], first: Int64, afterwards: YearlyClockChanges?) {
        (self.changes, self.first, self.afterwards) = (changes, first, afterwards)
    }

    /// - Parameter name: as in `Europe/Berlin`.
    /// - Returns: nil where the machine knows no such zone.
    package init?(named name: String, in directory: String = "/usr/share/zoneinfo") {
        if name == "UTC" || name == "Etc/UTC" {
            self = .utc
            return
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let isName = parts.allSatisfy { part in
            !part.isEmpty && !part.hasPrefix(".") && part.utf8.allSatisfy { $0 < 128 && $0 > 32 && $0 != 92 }
        }
        guard isName, let data = try? Data(contentsOf: URL(filePath: "\(directory)/\(name)")) else { return nil }
        self.init(Array(data))
    }

    /// Seconds east of UTC.
    package func offset(at moment: Int64) -> Int64 {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= moment { low = middle + 1 } else { high = middle }
        }
        if low == changes.count, let afterwards { return afterwards.offset(at: moment) }
        return low == 0 ? first : changes[low - 1].offset
    }

    /// A file of the database: the part in 64 bits, and the rule for later years behind it.
    init?(_ bytes: [UInt8]) {
        guard let old = Header(bytes, at: 0), old.version >= 2 else { return nil }
        let start = Header.size + old.length(timeSize: 4)
        guard let header = Header(bytes, at: start) else { return nil }
        let times = start + Header.size
        let kinds = times + header.times * 8
        let types = kinds + header.times
        let end = start + Header.size + header.length(timeSize: 8)
        guard end < bytes.count, header.types > 0 else { return nil }
        func offset(_ type: Int) -> Int64 { Int64(Int32(truncatingIfNeeded: bytes.integer(types + type * 6, 4))) }
        changes = (0..<header.times).map { index in
            let type = min(Int(bytes[kinds + index]), header.types - 1)
            return Change(at: bytes.integer(times + index * 8, 8), offset: offset(type))
        }
        first = offset(0)
        let footer = bytes[end...].dropFirst().prefix { $0 != 10 }
        afterwards = YearlyClockChanges(String(decoding: footer, as: UTF8.self))
    }

    private struct Header {
        static let size = 44
        let version: Int
        let times: Int
        let types: Int
        private let others: (utc: Int, standard: Int, leaps: Int, letters: Int)

        init?(_ bytes: [UInt8], at start: Int) {
            guard bytes.count >= start + Self.size, bytes[start..<start + 4].elementsEqual("TZif".utf8) else {
                return nil
            }
            version = Int(bytes[start + 4]) - 48
            func count(_ place: Int) -> Int { Int(bytes.integer(start + 20 + place * 4, 4)) }
            others = (count(0), count(1), count(2), count(5))
            (times, types) = (count(3), count(4))
            guard
                [times, types, others.utc, others.standard, others.leaps, others.letters].allSatisfy({ $0 < 1 << 20 })
            else { return nil }
        }

        func length(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + others.letters + others.leaps * (timeSize + 4) + others.standard
                + others.utc
        }
    }
}

extension [UInt8] {
    /// Big-endian.
    fileprivate func integer(_ start: Int, _ count: Int) -> Int64 {
        self[start..<start + count].reduce(0) { $0 << 8 | Int64($1) }
    }
}
