import FoundationEssentials
import HTTPTypes

/// One exchange as a line of a recording: a JSON object with secrets left out.
public struct RecordedExchange: Sendable, Codable, Equatable {
    public struct Header: Sendable, Codable, Equatable {
        public var name: String
        public var value: String
    }

    /// UTF-8 as text, anything else as base64, or the note that it was left out.
    public struct Content: Sendable, Codable, Equatable {
        public var text: String?
        public var base64: String?
        public var isHidden: Bool?

        init(_ bytes: [UInt8], isHidden: Bool) {
            if isHidden {
                self.isHidden = true
            } else if let text = String(validating: bytes, as: UTF8.self) {
                self.text = text
            } else {
                base64 = Base64.encode(bytes)
            }
        }

        var bytes: [UInt8] { text.map { Array($0.utf8) } ?? base64.flatMap(Base64.decode) ?? [] }
    }

    /// In order of the requests, from 1.
    public var number: Int
    public var method: String
    /// Path and query, secret values replaced.
    public var target: String
    public var requestHeaders: [Header]
    /// Absent where it was a stream, which only the server may read.
    public var requestBody: Content?
    /// Absent where no response came.
    public var status: Int?
    public var responseHeaders: [Header]
    /// What was read of the body.
    public var responseBody: Content?
    /// Why no response came, or why its body broke off.
    public var error: String?
    /// Until the response's head.
    public var milliseconds: Int64

    static func lines(_ text: String) throws -> [RecordedExchange] {
        var exchanges: [RecordedExchange] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.allSatisfy(\.isWhitespace) else { continue }
            do {
                exchanges.append(try JSONDecoder().decode(RecordedExchange.self, from: Data(line.utf8)))
            } catch {
                throw Finding(.badConfig, "The line is no recorded exchange; record again.", field: "line \(index + 1)")
            }
        }
        return exchanges
    }

    func line() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
    }
}
