import ClawBase

/// The records of a pax extended header: `LENGTH KEY=VALUE\n`, the length counting itself (IEEE Std 1003.1-2017, pax,
/// "pax Extended Header").
enum PaxRecords {
    static func encode(_ records: [(key: String, value: String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (key, value) in records {
            let rest = key.utf8.count + value.utf8.count + 3
            var length = rest + String(rest).utf8.count
            if rest + String(length).utf8.count != length { length = rest + String(length).utf8.count }
            bytes += Array("\(length) \(key)=\(value)\n".utf8)
        }
        return bytes
    }

    /// - Returns: nil where the records are damaged. The last of equal keys counts.
    static func decode(_ bytes: [UInt8]) -> [String: String]? {
        var records: [String: String] = [:]
        var rest = bytes[...]
        while let first = rest.first {
            // Some writers pad with zeros.
            if first == 0 { return rest.allSatisfy { $0 == 0 } ? records : nil }
            guard let blank = rest.prefix(12).firstIndex(of: UInt8(ascii: " ")),
                let length = number(rest[..<blank]), length > blank - rest.startIndex + 1, length <= rest.count
            else { return nil }
            let record = rest[(blank + 1)..<(rest.startIndex + length)]
            guard record.last == UInt8(ascii: "\n"), let equals = record.firstIndex(of: UInt8(ascii: "=")),
                let key = String(validating: record[..<equals], as: UTF8.self),
                // A value may be binary (extended attributes); those of interest are not.
                let value = key.hasPrefix("SCHILY.") || key.hasPrefix("LIBARCHIVE.")
                    ? "" : String(validating: record[(equals + 1)...].dropLast(), as: UTF8.self)
            else { return nil }
            records[key] = value
            rest = rest.dropFirst(length)
        }
        return records
    }

    /// `1700000000.25`, also negative, to nanoseconds; more digits are cut off.
    static func time(_ text: String) -> Timestamp? {
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, let seconds = number(Array(whole.utf8)[...]), seconds < 1 << 33 else {
            return nil
        }
        var nanoseconds = 0
        if parts.count > 1 {
            let digits = parts[1].prefix(9)
            guard digits.isEmpty || number(Array(digits.utf8)[...]) != nil else { return nil }
            nanoseconds = Int(digits + String(repeating: "0", count: 9 - digits.count)) ?? 0
        }
        let total = Int64(seconds) * 1_000_000_000 + Int64(nanoseconds)
        return Timestamp(nanoseconds: isNegative ? -total : total)
    }

    static func text(_ time: Timestamp) -> String {
        let magnitude = time.nanoseconds.magnitude
        let (seconds, rest) = magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        let sign = time.nanoseconds < 0 ? "-" : ""
        guard rest != 0 else { return "\(sign)\(seconds)" }
        let digits = String(rest)
        return "\(sign)\(seconds)." + String(repeating: "0", count: 9 - digits.count) + digits
    }

    /// Decimal digits and nothing else, at most as many as an `Int` surely holds.
    static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...18).contains(digits.count) else { return nil }
        var value = 0
        for digit in digits {
            guard (48...57).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 48)
        }
        return value
    }
}
