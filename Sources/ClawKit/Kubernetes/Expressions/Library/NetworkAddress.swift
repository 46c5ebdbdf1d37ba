/// An IP address, v4 or v6.
struct NetworkAddress: Hashable, Sendable {
    /// 4 or 16 bytes.
    let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Why a text is no address, in Go's words.
    struct Problem: Error { let text: String }

    /// Strict: no leading zeros, no zone, no v4 address in v6 form.
    static func parse(_ text: String) throws(Problem) -> NetworkAddress {
        let prefix = "IP Address \"\(text)\" parse error during conversion from string: ParseAddr(\"\(text)\")"
        if text.contains("%"), text.contains(":") {
            throw Problem(text: "IP address \"\(text)\" with zone value is not allowed")
        }
        if text.contains(":") {
            guard let bytes = v6(text) else { throw Problem(text: "\(prefix): unexpected character") }
            let address = NetworkAddress(bytes: bytes)
            if address.isMapped { throw Problem(text: "IPv4-mapped IPv6 address \"\(text)\" is not allowed") }
            return address
        }
        guard let bytes = v4(text[...]) else { throw Problem(text: "\(prefix): unable to parse IP") }
        return NetworkAddress(bytes: bytes)
    }

    var isMapped: Bool {
        bytes.count == 16 && bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 255 && bytes[11] == 255
    }

    private static func v4(_ text: Substring) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bytes: [UInt8] = []
        for part in parts {
            guard part.utf8.allSatisfy({ (48...57).contains($0) }), part.count <= 3,
                part.count == 1 || part.first != "0",
                let byte = UInt8(part)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func v6(_ text: String) -> [UInt8]? {
        func groups(_ text: Substring, last: Bool) -> [UInt8]? {
            if text.isEmpty { return [] }
            var bytes: [UInt8] = []
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() {
                if last, index == parts.count - 1, part.contains(".") {
                    guard let tail = v4(part) else { return nil }
                    bytes += tail
                } else {
                    guard (1...4).contains(part.utf8.count),
                        part.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                        let group = UInt16(part, radix: 16)
                    else { return nil }
                    bytes += [UInt8(group >> 8), UInt8(group & 255)]
                }
            }
            return bytes
        }
        let scalars = Array(text.utf8)
        guard let gap = Texts.find(Array("::".utf8), in: scalars, from: 0) else {
            guard let bytes = groups(text[...], last: true), bytes.count == 16 else { return nil }
            return bytes
        }
        let head = Substring(String(decoding: scalars[..<gap], as: UTF8.self))
        let tail = Substring(String(decoding: scalars[(gap + 2)...], as: UTF8.self))
        guard let first = groups(head, last: false), let second = groups(tail, last: true),
            first.count + second.count <= 14
        else { return nil }
        return first + Array(repeating: 0, count: 16 - first.count - second.count) + second
    }

    /// The canonical text (RFC 5952).
    var text: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > best.count, end - start >= 2 { best = start..<end }
            start = max(end, start + 1)
        }
        func join(_ part: ArraySlice<UInt16>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
        return best.isEmpty
            ? join(groups[...]) : "\(join(groups[..<best.lowerBound]))::\(join(groups[best.upperBound...]))"
    }

    /// The address with the bits behind the prefix cleared.
    func masked(_ prefix: Int) -> NetworkAddress {
        NetworkAddress(
            bytes: bytes.enumerated().map { index, byte in
                let kept = min(8, max(0, prefix - index * 8))
                return kept == 0 ? 0 : byte & (0xFF << UInt8(8 - kept))
            })
    }
}
