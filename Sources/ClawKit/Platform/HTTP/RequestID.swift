public import ClawBase
import HTTPTypes

extension HTTPField.Name {
    // A valid token, so the initialiser cannot fail.
    static let xRequestID = HTTPField.Name("X-Request-Id")!
}

/// Gives each request an id, kept from the client where it sent a plain one, and answers with it.
public struct RequestID: Handler {
    private let next: any Handler

    public init(_ next: some Handler) { self.next = next }

    public func respond(to request: Request) async -> Response {
        var request = request
        let id = request.headers.value(.xRequestID).flatMap { Self.isPlain($0) ? $0 : nil } ?? Self.make()
        request.headers.setValue(id, for: .xRequestID)
        var response = await next.respond(to: request)
        response.headers.setValue(id, for: .xRequestID)
        return response
    }

    /// 96 random bits in hexadecimal.
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        // Each number is a call of the system's.
        let numbers: [UInt64] = [generator.next(), generator.next()]
        return numbers.withUnsafeBytes { Hex.encode($0.prefix(12)) }
    }

    /// Letters, digits, `-`, `_`, `.`; at most 64: nothing that could break a log line.
    private static func isPlain(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}
