import HTTPTypes
import Testing

@testable import ClawBase

@Suite("A response's head, line by line")
struct ResponseHeadParserTests {
    private func parse(_ lines: [String]) throws -> HTTPResponse? {
        var parser = ResponseHeadParser()
        for line in lines {
            let head = try Array((line + "\r\n").utf8).withUnsafeBytes { try parser.add(line: $0) }
            if let head { return head }
        }
        return nil
    }

    @Test("status, reason and fields; a name may stand more than once")
    func fields() throws {
        let head = try #require(
            try parse(["HTTP/1.1 404 Not Found", "Set-Cookie: a=1", "X-Empty:", "Set-Cookie:b=2  ", ""]))
        #expect(head.status.code == 404)
        #expect(head.status.reasonPhrase == "Not Found")
        #expect(head.headerFields[values: .setCookie] == ["a=1", "b=2"])
        #expect(head.headerFields[try #require(HTTPField.Name("x-empty"))] == "")
    }

    @Test("HTTP/2 has no reason phrase")
    func http2() throws {
        #expect(try parse(["HTTP/2 200 ", ""])?.status.code == 200)
    }

    @Test("interim responses are skipped")
    func interim() throws {
        let head = try parse(["HTTP/1.1 103 Early Hints", "Link: </a>", "", "HTTP/1.1 200 OK", "X: 1", ""])
        #expect(head?.status == .ok)
        #expect(head?.headerFields.count == 1)
    }

    @Test("a folded value is one value")
    func folded() throws {
        let head = try parse(["HTTP/1.1 200 OK", "X: one", "  two", ""])
        #expect(head?.headerFields.first?.value == "one two")
    }

    @Test("a head without end is refused")
    func tooLarge() {
        #expect(throws: ResponseHeadParser.TooLarge.self) {
            try parse(["HTTP/1.1 200 OK"] + Array(repeating: "X: " + String(repeating: "y", count: 1000), count: 600))
        }
    }
}
