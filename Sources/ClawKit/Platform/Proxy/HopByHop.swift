import HTTPTypes

/// Headers that speak about one connection only (RFC 9110, section 7.6.1).
enum HopByHop {
    private static let names: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade",
    ]

    /// Drops them, and those that `Connection` lists.
    static func strip(_ headers: inout HTTPFields) {
        let listed = headers[values: .connection].flatMap { $0.split(separator: ",") }
            .map { $0.trimmed.lowercased() }
        let dropped = names.union(listed)
        headers = HTTPFields(headers.filter { !dropped.contains($0.name.canonicalName) })
    }
}

extension Substring {
    /// Without blanks and tabs at its ends.
    var trimmed: Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
