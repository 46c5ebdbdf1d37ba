/// Text that somebody else wrote (a node, the API server), made fit for a status that people outside read.
enum ForeignText {
    /// More than this says nothing more.
    static let limit = 400

    /// The text without addresses, cluster-internal names and anything that looks like one of the platform's keys.
    static func cleaned(_ text: String) -> String {
        let words = text.split(separator: " ", omittingEmptySubsequences: true).map { cleaned(word: $0) }
        let joined = words.joined(separator: " ")
        return joined.count <= limit ? joined : joined.prefix(limit) + "…"
    }

    private static func cleaned(word: Substring) -> String {
        if word.firstMatch(of: /(sk-|gw_)[A-Za-z0-9_\-]{8,}/) != nil { return "[secret]" }
        let isAddress =
            word.contains("://") || word.firstMatch(of: /[0-9]{1,3}(\.[0-9]{1,3}){3}/) != nil
            || word.contains(".cluster.local") || word.firstMatch(of: /\.svc\b/) != nil
            || word.firstMatch(of: /localhost:[0-9]/) != nil || isIPv6(word)
        return isAddress ? "[address]" : String(word)
    }

    /// `::1`, `[fe80::1]:80`, eight groups: hexadecimal digits and enough colons (RFC 4291, section 2.2).
    private static func isIPv6(_ word: Substring) -> Bool {
        // A zone (`%eth0`, RFC 4007) or a prefix length may follow.
        let core = word.prefix { $0 != "%" && $0 != "/" }.trimming { !$0.isHexDigit && $0 != ":" }
        guard core.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "]" }) else { return false }
        return core.contains("::") || core.count { $0 == ":" } >= 7
    }
}

extension Substring {
    fileprivate func trimming(_ isTrimmed: (Character) -> Bool) -> Substring {
        var rest = self
        while let first = rest.first, isTrimmed(first) { rest.removeFirst() }
        while let last = rest.last, isTrimmed(last) { rest.removeLast() }
        return rest
    }
}
