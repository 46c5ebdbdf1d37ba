/// A URL's parts, as Go's `net/url` takes it apart.
struct URLValue: OpaqueValue {
    static let expressionType = ExpressionType.opaque("kubernetes.URL", [])
    let text: String
    let scheme: String
    let host: String
    let path: String
    let query: String

    var type: ExpressionType { Self.expressionType }
    var size: Int { text.utf8.count }
    func isEqual(to other: any OpaqueValue) -> Bool { (other as? URLValue)?.text == text }

    /// An absolute URL or an absolute path; nil and why where the text is neither.
    static func parse(_ text: String) throws(EvaluationError) -> URLValue {
        func fail(_ why: String) -> EvaluationError {
            EvaluationError("URL parse error during conversion from string: parse \(Texts.quote(text)): \(why)")
        }
        if text.isEmpty { throw fail("empty url") }
        if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw fail("net/url: invalid control character in URL")
        }
        var rest = text[...]
        if let hash = rest.firstIndex(of: "#") { rest = rest[..<hash] }
        var scheme = ""
        if let colon = rest.firstIndex(of: ":"), colon != rest.startIndex {
            let head = rest[..<colon]
            if head.utf8.first.map({ (65...90).contains($0) || (97...122).contains($0) }) ?? false,
                head.utf8.allSatisfy({ byte in
                    (65...90).contains(byte) || (97...122).contains(byte) || (48...57).contains(byte)
                        || "+-.".utf8.contains(byte)
                })
            {
                scheme = head.lowercased()
                rest = rest[colon...].dropFirst()
            } else if !head.contains("/") {
                throw fail("first path segment in URL cannot contain colon")
            }
        } else if rest.hasPrefix(":") {
            throw fail("missing protocol scheme")
        }
        var query = ""
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[mark...].dropFirst())
            rest = rest[..<mark]
        }
        guard rest.hasPrefix("/") else {
            // `mailto:a@b`: opaque, which counts as absolute.
            if !scheme.isEmpty { return URLValue(text: text, scheme: scheme, host: "", path: "", query: query) }
            throw fail("invalid URI for request")
        }
        var host = ""
        if rest.hasPrefix("//"), !scheme.isEmpty || !rest.hasPrefix("///") {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: "/") ?? rest.endIndex
            host = String(rest[..<end])
            rest = rest[end...]
            if let at = host.lastIndex(of: "@") { host = String(host[at...].dropFirst()) }
            if let why = hostProblem(host) { throw fail(why) }
        }
        if let why = escapeProblem(String(rest)) { throw fail(why) }
        return URLValue(text: text, scheme: scheme, host: host, path: String(rest), query: query)
    }

    private static func hostProblem(_ host: String) -> String? {
        if host.hasPrefix("[") {
            guard let end = host.lastIndex(of: "]") else { return "missing ']' in host" }
            return portProblem(host[end...].dropFirst())
        }
        if let colon = host.lastIndex(of: ":"), let why = portProblem(host[colon...]) { return why }
        if let odd = host.first(where: { " <>\"\\^`{|}".contains($0) }) {
            return "invalid character \(Texts.quote(String(odd))) in host name"
        }
        return escapeProblem(host)
    }

    private static func portProblem(_ text: Substring) -> String? {
        if text.isEmpty { return nil }
        guard text.first == ":", text.dropFirst().utf8.allSatisfy({ (48...57).contains($0) }) else {
            return "invalid port \(Texts.quote(String(text))) after host"
        }
        return nil
    }

    private static func escapeProblem(_ text: String) -> String? {
        var rest = text[...]
        while let mark = rest.firstIndex(of: "%") {
            let escape = rest[mark...].prefix(3)
            guard escape.count == 3, escape.dropFirst().allSatisfy(\.isHexDigit) else {
                return "invalid URL escape \(Texts.quote(String(escape)))"
            }
            rest = rest[mark...].dropFirst(3)
        }
        return nil
    }

    /// The host without brackets and port.
    var hostname: String {
        if host.hasPrefix("["), let end = host.lastIndex(of: "]") { return String(host[..<end].dropFirst()) }
        guard let colon = host.lastIndex(of: ":") else { return host }
        return String(host[..<colon])
    }

    var port: String {
        let tail = host.lastIndex(of: "]").map { host[$0...].dropFirst() } ?? host[...]
        return tail.lastIndex(of: ":").map { String(tail[$0...].dropFirst()) } ?? ""
    }

    /// What must be escaped in a path is.
    var escapedPath: String {
        var escaped = ""
        for byte in path.utf8 {
            let isPlain =
                (65...90).contains(byte) || (97...122).contains(byte) || (48...57).contains(byte)
                || "-_.~$&+,/:;=@%!'()*[]".utf8.contains(byte)
            escaped +=
                isPlain
                ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
        return escaped
    }

    /// The query's parameters with their values, decoded.
    var parameters: [(String, [String])] {
        var found: [(String, [String])] = []
        for pair in query.split(separator: "&") where !pair.contains(";") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decode(parts[0]), let value = parts.count > 1 ? Self.decode(parts[1]) : "" else {
                continue
            }
            if let index = found.firstIndex(where: { $0.0 == name }) {
                found[index].1.append(value)
            } else {
                found.append((name, [value]))
            }
        }
        return found
    }

    private static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(32)
            case UInt8(ascii: "%"):
                guard let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16), rest.count >= 2
                else { return nil }
                bytes.append(code)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension FunctionTable {
    /// URLs.
    mutating func addURLs() {
        declare(
            """
            string_to_url = url(string) -> kubernetes.URL
            url_get_scheme = kubernetes.URL'getScheme() -> string
            url_get_host = kubernetes.URL'getHost() -> string
            url_get_hostname = kubernetes.URL'getHostname() -> string
            url_get_port = kubernetes.URL'getPort() -> string
            url_get_escaped_path = kubernetes.URL'getEscapedPath() -> string
            url_get_query = kubernetes.URL'getQuery() -> map<string,list<string>>
            is_url_string = isURL(string) -> bool
            """)
        add("url") { a throws(EvaluationError) in
            guard let text = a.string(0) else { return nil }
            return .opaque(try URLValue.parse(text))
        }
        add("isURL") { a throws(EvaluationError) in a.string(0).map { .bool((try? URLValue.parse($0)) != nil) } }
        let parts: [(String, @Sendable (URLValue) -> String)] = [
            ("getScheme", { $0.scheme }), ("getHost", { $0.host }), ("getHostname", { $0.hostname }),
            ("getPort", { $0.port }), ("getEscapedPath", { $0.escapedPath }),
        ]
        for (name, part) in parts {
            add(name) { a throws(EvaluationError) in a.opaque(0, as: URLValue.self).map { .string(part($0)) } }
        }
        add("getQuery") { a throws(EvaluationError) in
            a.opaque(0, as: URLValue.self).map { url in
                .map(MapValue(url.parameters.map { ($0.0, .list(.values($0.1.map(Value.string)))) }))
            }
        }
    }
}
