/// SPDY/3.1's header blocks: pairs of names and values, in one zlib stream per direction (section 2.6.10).
/// <https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/>
enum SPDYHeaders {
    /// The most bytes of one header block, decompressed.
    private static let limit = 16 << 10
    /// The checksum by which both ends know that they mean the same dictionary.
    private static let dictionaryID: [UInt8] = [0xe3, 0xc6, 0xa7, 0xc2]

    struct Reader: Sendable {
        private var inflater = Inflater(dictionary: dictionary)
        private var isFirst = true

        mutating func read(_ block: ArraySlice<UInt8>) throws(Inflater.Malformed) -> [String: String] {
            var block = block
            if isFirst {
                isFirst = false
                guard block.count >= 6, block[block.startIndex] & 0x0F == 8, block[block.startIndex + 1] & 0x20 != 0,
                    block.dropFirst(2).prefix(4).elementsEqual(dictionaryID)
                else { throw Inflater.Malformed(why: "no zlib stream with SPDY's dictionary") }
                block = block.dropFirst(6)
            }
            return try parse(try inflater.inflate(block, limit: limit))
        }
    }

    private static func parse(_ bytes: [UInt8]) throws(Inflater.Malformed) -> [String: String] {
        var rest = bytes[...]
        func number() throws(Inflater.Malformed) -> Int {
            guard rest.count >= 4 else { throw Inflater.Malformed(why: "a header block ends too early") }
            defer { rest = rest.dropFirst(4) }
            return rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        }
        func text() throws(Inflater.Malformed) -> String {
            let count = try number()
            guard count <= rest.count else { throw Inflater.Malformed(why: "a header block ends too early") }
            defer { rest = rest.dropFirst(count) }
            return String(decoding: rest.prefix(count), as: UTF8.self)
        }
        var headers: [String: String] = [:]
        for _ in 0..<(try number()) { headers[try text().lowercased()] = try text() }
        return headers
    }

    /// A header block without headers: all that answers here. Not compressed, in the terms of the same stream, and
    /// flushed by an empty block: without it Go's reader looks for more than there is and breaks (RFC 1951, 3.2.4).
    static func emptyBlock(isFirst: Bool) -> [UInt8] {
        (isFirst ? [0x78, 0xf9] + dictionaryID : []) + [0, 4, 0, 0xFB, 0xFF, 0, 0, 0, 0] + [0, 0, 0, 0xFF, 0xFF]
    }

    /// The protocol's dictionary: words behind their lengths, and a text without any.
    static let dictionary: [UInt8] = words.flatMap { [0, 0, 0, UInt8($0.utf8.count)] + Array($0.utf8) } + Array(tail.utf8)

    private static let words = [
        "options", "head", "post", "put", "delete", "trace", "accept", "accept-charset", "accept-encoding",
        "accept-language", "accept-ranges", "age", "allow", "authorization", "cache-control", "connection",
        "content-base", "content-encoding", "content-language", "content-length", "content-location", "content-md5",
        "content-range", "content-type", "date", "etag", "expect", "expires", "from", "host", "if-match",
        "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "last-modified", "location",
        "max-forwards", "pragma", "proxy-authenticate", "proxy-authorization", "range", "referer", "retry-after",
        "server", "te", "trailer", "transfer-encoding", "upgrade", "user-agent", "vary", "via", "warning",
        "www-authenticate", "method", "get", "status", "200 OK", "version", "HTTP/1.1", "url", "public", "set-cookie",
        "keep-alive", "origin",
    ]

    private static let tail =
        "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
        + "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized"
        + "403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable"
        + "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
        + "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,"
        + "text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0."
}
