/// The host and port of an absolute http(s) URL.
struct ServerAddress {
    let isTLS: Bool
    /// In lower case, an IPv6 address without its brackets.
    let host: String
    let port: Int

    init?(_ url: String) {
        guard let mark = url.firstRange(of: "://") else { return nil }
        switch url[..<mark.lowerBound].lowercased() {
        case "http": isTLS = false
        case "https": isTLS = true
        default: return nil
        }
        let authority = url[mark.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }.lowercased()
        // User information could make a host look like another.
        guard !authority.contains("@") else { return nil }
        let isBracketed = authority.hasPrefix("[")
        let end = (isBracketed ? authority.firstIndex(of: "]") : authority.firstIndex(of: ":")) ?? authority.endIndex
        host = authority[..<end].filter { $0 != "[" }
        let tail = authority[end...].drop { $0 == "]" }
        guard !host.isEmpty, tail.isEmpty || tail.first == ":" else { return nil }
        guard let number = tail.isEmpty ? (isTLS ? 443 : 80) : Int(tail.dropFirst()) else { return nil }
        port = number
    }

    /// Whether what is sent there stays on this machine.
    var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// Whether secrets may be sent there: over TLS, or not over a network at all.
    var keepsSecrets: Bool { isTLS || isLoopback }
}
