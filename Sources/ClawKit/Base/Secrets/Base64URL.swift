/// Base64 with the URL-safe alphabet and without padding (RFC 4648, section 5).
public enum Base64URL {
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Base64Alphabet.url.encode(Array(bytes), padded: false)
    }

    /// Takes padding where it is there. Nil for any other character, and for an impossible length.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        Base64Alphabet.url.decode(Array(text.utf8), mustBePadded: false)
    }
}

/// Base64 with the standard alphabet and padding (RFC 4648, section 4), as Kubernetes Secrets carry it.
public enum Base64 {
    public static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Base64Alphabet.standard.encode(Array(bytes), padded: true)
    }

    /// Nil for a character outside the alphabet, line breaks included, and for wrong padding.
    public static func decode(_ text: String) -> [UInt8]? {
        Base64Alphabet.standard.decode(Array(text.utf8), mustBePadded: true)
    }
}

/// An alphabet with its inverse.
private struct Base64Alphabet: Sendable {
    static let standard = Base64Alphabet(last: "+/")
    static let url = Base64Alphabet(last: "-_")

    private static let padding = UInt8(ascii: "=")
    private static let none: UInt8 = 255
    private let digits: [UInt8]
    private let values: [UInt8]

    private init(last: String) {
        digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8) + last.utf8
        var values = [UInt8](repeating: Self.none, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        self.values = values
    }

    func encode(_ bytes: [UInt8], padded: Bool) -> String {
        String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { out in
            var end = 0
            func put(_ digit: UInt8) {
                out.initializeElement(at: end, to: digit)
                end += 1
            }
            var index = 0
            while index < bytes.count {
                let left = bytes.count - index
                let group =
                    UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
                    | (left > 2 ? UInt32(bytes[index + 2]) : 0)
                put(digits[Int(group >> 18)])
                put(digits[Int(group >> 12 & 63)])
                if left > 1 { put(digits[Int(group >> 6 & 63)]) } else if padded { put(Self.padding) }
                if left > 2 { put(digits[Int(group & 63)]) } else if padded { put(Self.padding) }
                index += 3
            }
            return end
        }
    }

    func decode(_ text: [UInt8], mustBePadded: Bool) -> [UInt8]? {
        let count = text.count - text.suffix(2).reversed().prefix { $0 == Self.padding }.count
        guard count % 4 != 1, text.count == count || text.count % 4 == 0, !mustBePadded || text.count % 4 == 0 else {
            return nil
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * 3 / 4)
        var group: UInt32 = 0
        for index in 0..<count {
            let value = values[Int(text[index])]
            if value == Self.none { return nil }
            group = group << 6 | UInt32(value)
            switch index & 3 {
            case 1: bytes.append(UInt8(truncatingIfNeeded: group >> 4))
            case 2: bytes.append(UInt8(truncatingIfNeeded: group >> 2))
            case 3: bytes.append(UInt8(truncatingIfNeeded: group))
            default: break
            }
        }
        return bytes
    }
}
