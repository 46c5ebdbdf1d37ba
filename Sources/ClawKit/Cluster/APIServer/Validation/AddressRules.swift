import ClawSchemas

/// Internet addresses and ranges of them, as Kubernetes takes them in new objects.
enum AddressRules {
    static func isAddress(_ text: String) -> Bool { version4(text[...]) != nil || version6(text[...]) }

    static func isRange(_ text: String) -> Bool {
        guard let slash = text.lastIndex(of: "/") else { return false }
        let (address, bits) = (text[..<slash], text[text.index(after: slash)...])
        guard let length = Int(bits), length >= 0, bits.first != "+" else { return false }
        if version4(address) != nil { return length <= 32 }
        return version6(address) && length <= 128
    }

    static func address(_ text: String) -> [String] {
        isAddress(text) ? [] : ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]
    }

    static func range(_ text: String) -> [String] {
        isRange(text) ? [] : ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"]
    }

    /// The four bytes of an IPv4 address as one number.
    static func version4(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy(NameRules.isDigit), let byte = UInt8(part),
                part.utf8.count == 1 || part.first != "0"
            else { return nil }
            value = value << 8 | UInt32(byte)
        }
        return value
    }

    private static func version6(_ text: Substring) -> Bool {
        var halves: [Substring] = []
        if let gap = text.firstRange(of: "::") {
            halves = [text[..<gap.lowerBound], text[gap.upperBound...]]
            if halves[1].firstRange(of: "::") != nil { return false }
        } else {
            halves = [text]
        }
        var groups = 0
        for half in halves where !half.isEmpty {
            let parts = half.split(separator: ":", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                if index == parts.count - 1, part.contains("."), version4(part) != nil {
                    groups += 2
                    continue
                }
                guard (1...4).contains(part.utf8.count), part.allSatisfy(\.isHexDigit), part.utf8.count == part.count
                else { return false }
                groups += 1
            }
        }
        return halves.count == 2 ? groups < 8 : groups == 8
    }
}
