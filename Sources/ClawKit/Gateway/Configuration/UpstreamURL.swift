/// What makes a text an upstream's base URL: `http` or `https`, a host, perhaps a port and a path; nothing else.
enum UpstreamURL {
    /// What is wrong with it, as the rest of a sentence that begins with the place; nil where it is right.
    static func problem(with text: String) -> String? {
        guard let scheme = ["http://", "https://"].first(where: text.lowercased().hasPrefix) else {
            return "must begin with http:// or https://."
        }
        let isPrintable = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        guard isPrintable else { return "must be printable ASCII without blanks." }
        guard !text.contains(where: { $0 == "?" || $0 == "#" }) else { return "must have no query and no fragment." }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" }
        guard !authority.contains("@") else {
            return "must not hold a user or password; keep the key elsewhere and refer to it under 'key'."
        }
        let (host, port) = split(authority)
        guard !host.isEmpty else { return "has no host." }
        guard let port else { return nil }
        guard let number = UInt16(port), number > 0 else { return "has a port that is no number from 1 to 65535." }
        return nil
    }

    /// Host and port; an IPv6 address stands in brackets.
    private static func split(_ authority: Substring) -> (host: Substring, port: Substring?) {
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            let rest = authority[authority.index(after: end)...]
            return (authority[...end], rest.isEmpty ? nil : rest.dropFirst())
        }
        guard let colon = authority.firstIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }
}
