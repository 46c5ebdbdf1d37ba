#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A time zone's offset from UTC at any point in time: fixed (`+02:00`), or by the system's tz database (RFC 8536).
struct TimeZoneRules {
    private var changes: [(from: Int64, offset: Int)] = []
    private var first = 0

    /// nil where no such zone is known.
    init?(_ name: String) {
        if name == "UTC" || name == "Z" || name.isEmpty { return }
        if let fixed = Self.fixed(name) {
            first = fixed
            return
        }
        guard let bytes = Self.file(name), read(bytes) else { return nil }
    }

    func offset(at instant: Instant) -> Int {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].from <= instant.seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : changes[low - 1].offset
    }

    /// `02:00`, `+02:00`, `-02:00`.
    private static func fixed(_ name: String) -> Int? {
        let sign = name.hasPrefix("-") ? -1 : 1
        let parts = (name.hasPrefix("-") || name.hasPrefix("+") ? name.dropFirst() : name[...]).split(separator: ":")
        guard parts.count == 2, let hours = Int(parts[0]), let minutes = Int(parts[1]), parts[0].count <= 2,
            parts[1].count == 2, hours < 24, minutes < 60
        else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }

    private static func file(_ name: String) -> [UInt8]? {
        let isName = name.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "/_+-".utf8.contains(byte)
        }
        guard isName, !name.hasPrefix("/"), name.utf8.count < 64, let file = fopen("/usr/share/zoneinfo/\(name)", "rb")
        else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }

    private mutating func read(_ bytes: [UInt8]) -> Bool {
        func number(_ offset: Int, _ width: Int) -> Int64 {
            guard offset >= 0, offset + width <= bytes.count else { return 0 }
            let raw = bytes[offset..<offset + width].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return width == 4 ? Int64(Int32(truncatingIfNeeded: raw)) : Int64(bitPattern: raw)
        }
        guard bytes.starts(with: "TZif".utf8), bytes.count > 44 else { return false }
        var start = 0
        var width = 4
        func count(_ field: Int) -> Int { Int(number(start + 20 + field * 4, 4)) }
        if bytes[4] >= UInt8(ascii: "2") {
            // Times of 64 bits follow those of 32.
            start = 44 + count(3) * 5 + count(4) * 6 + count(5) + count(2) * 8 + count(1) + count(0)
            width = 8
        }
        let (times, types) = (count(3), count(4))
        guard times >= 0, types > 0, start + 44 + times * (width + 1) + types * 6 <= bytes.count else { return false }
        let indices = start + 44 + times * width
        let table = indices + times
        first = Int(number(table, 4))
        for index in 0..<times {
            let type = Int(bytes[indices + index])
            changes.append((number(start + 44 + index * width, width), Int(number(table + type * 6, 4))))
        }
        return true
    }
}
