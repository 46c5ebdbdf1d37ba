import HTTPTypes

/// Builds a response's head from the lines libcurl hands out, one call per line.
///
/// Interim responses (1xx other than 101) are skipped, trailers ignored, names that are not tokens dropped.
struct ResponseHeadParser {
    struct TooLarge: Error {}

    private static let limit = 512 * 1024
    private var status: HTTPResponse.Status?
    private var fields: [(name: HTTPField.Name, value: String)] = []
    private var size = 0
    private var isDone = false

    /// - Returns: the head, once, when `line` was the empty line that ends it.
    mutating func add(line bytes: UnsafeRawBufferPointer) throws(TooLarge) -> HTTPResponse? {
        guard !isDone else { return nil }
        size += bytes.count
        guard size <= Self.limit else { throw TooLarge() }
        var end = bytes.count
        while end > 0, bytes[end - 1] == UInt8(ascii: "\r") || bytes[end - 1] == UInt8(ascii: "\n") { end -= 1 }
        let line = String(decoding: bytes[..<end], as: UTF8.self)
        if line.hasPrefix("HTTP/") {
            status = Self.status(of: line)
            fields = []
        } else if line.isEmpty {
            return finish()
        } else if line.first == " " || line.first == "\t" {
            // Obsolete line folding (RFC 9112, section 5.2): one value over several lines.
            if !fields.isEmpty { fields[fields.count - 1].value += " " + trimmed(line[...]) }
        } else if let colon = line.firstIndex(of: ":"), let name = HTTPField.Name(String(line[..<colon])) {
            fields.append((name, String(trimmed(line[line.index(after: colon)...]))))
        }
        return nil
    }

    private mutating func finish() -> HTTPResponse? {
        guard let status, status.code == 101 || status.code >= 200 else {
            self.status = nil
            return nil
        }
        isDone = true
        var headers = HTTPFields()
        for (name, value) in fields { headers.append(HTTPField(name: name, value: value)) }
        return HTTPResponse(status: status, headerFields: headers)
    }

    /// `HTTP/1.1 200 OK`, `HTTP/2 200`.
    private static func status(of line: String) -> HTTPResponse.Status? {
        let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
        guard parts.count >= 2, let code = Int(parts[1]), (100...999).contains(code) else { return nil }
        return HTTPResponse.Status(code: code, reasonPhrase: parts.count > 2 ? String(parts[2]) : "")
    }

    private func trimmed(_ text: Substring) -> Substring {
        let isSpace = { (character: Character) in character == " " || character == "\t" }
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return text
    }
}
