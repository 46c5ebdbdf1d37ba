import ClawDocuments
import ClawSchemas

/// What Go's JSON decoder says about a text that is not JSON. Kubernetes passes it on.
enum GoJSON {
    static func problem(with bytes: [UInt8]) -> String? {
        do {
            _ = try JSONParser.parse(bytes)
            return nil
        } catch {
            return words(for: error, bytes)
        }
    }

    static func words(for error: JSONError, _ bytes: [UInt8]) -> String {
        if let problem = literalProblem(in: bytes) { return problem }
        guard error.offset < bytes.count else { return "unexpected end of JSON input" }
        return "invalid character '\(text(bytes[error.offset]))' looking for beginning of value"
    }

    /// A literal that goes wrong in the middle: `notjson` begins as `null` does.
    private static func literalProblem(in bytes: [UInt8]) -> String? {
        let rest = bytes.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        guard let literal = ["null", "true", "false"].first(where: { $0.utf8.first == rest.first }) else { return nil }
        for (found, wanted) in zip(rest, literal.utf8) where found != wanted {
            return "invalid character '\(text(found))' in literal \(literal) (expecting '\(text(wanted))')"
        }
        return rest.count < literal.utf8.count ? "unexpected end of JSON input" : nil
    }

    /// As `%q` prints a byte.
    private static func text(_ byte: UInt8) -> String {
        (0x20..<0x7F).contains(byte) ? String(decoding: [byte], as: UTF8.self) : "\\x\(GoText.hex([byte]))"
    }
}

extension GoText {
    /// Bytes in hexadecimal, as `%x` prints them.
    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
