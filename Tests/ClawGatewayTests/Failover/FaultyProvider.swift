import ClawBase
import Foundation
import Synchronization

/// A provider that speaks OpenAI's dialect over a real socket, and does to each request what its path says: `/s05/v1/…`
/// resets the first connection, `/twin/v1/…` is well. One per test.
final class FaultyProvider: Sendable {
    enum Act: Sendable {
        case bytes(String)
        case pause(Duration)
        /// Nothing more, until the client leaves.
        case silence
        /// The connection ends, whatever was said.
        case close
    }

    private let listener: LoopbackListener
    private let script: @Sendable (_ scenario: String, _ attempt: Int, _ body: String) -> [Act]
    private let asked = Mutex<[String: Int]>([:])

    init(_ script: @escaping @Sendable (_ scenario: String, _ attempt: Int, _ body: String) -> [Act]) throws {
        listener = try LoopbackListener(port: 0)
        self.script = script
    }

    func url(_ scenario: String) -> String { "http://127.0.0.1:\(listener.port)/\(scenario)/v1" }

    /// How often each scenario was asked.
    var requests: [String: Int] { asked.withLock { $0 } }

    /// Serves until cancelled.
    func run() async throws {
        try await withThrowingDiscardingTaskGroup { group in
            while true {
                let connection = try await listener.accept()
                group.addTask { try? await self.serve(connection) }
            }
        }
    }

    private func serve(_ connection: any ByteChannel) async throws {
        defer { connection.close() }
        var seen: [UInt8] = []
        while let (head, body) = try await request(connection, &seen) {
            let scenario = head.split(separator: " ")[1].split(separator: "/").first.map(String.init) ?? ""
            let attempt = asked.withLock { asked in
                asked[scenario, default: 0] += 1
                return asked[scenario, default: 1]
            }
            for act in script(scenario, attempt, body) {
                switch act {
                case .bytes(let text): try await connection.write(Array(text.utf8))
                case .pause(let duration): try await Task.sleep(for: duration)
                case .silence: while try await connection.read() != nil {}
                case .close: return
                }
            }
        }
    }

    /// The next request's head and body; nil where the client has left.
    private func request(_ connection: any ByteChannel, _ seen: inout [UInt8]) async throws -> (String, String)? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let place = seen.firstRange(of: end) {
                let head = String(decoding: seen[..<place.lowerBound], as: UTF8.self)
                let field = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                let length = field.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
                if seen.count - place.upperBound >= length {
                    let body = seen[place.upperBound..<(place.upperBound + length)]
                    defer { seen.removeFirst(place.upperBound + length) }
                    return (head, String(decoding: body, as: UTF8.self))
                }
            }
            guard let bytes = try await connection.read() else { return nil }
            seen += bytes
        }
    }
}

extension FaultyProvider.Act {
    static func status(_ status: Int, _ error: String, headers: String = "") -> Self {
        let body = #"{"error":{"message":"as the script has it",\#(error)}}"#
        return .bytes(
            "HTTP/1.1 \(status) Said\r\nContent-Type: application/json\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// A stream that ends with its connection, so that nothing but its own words says whether it is whole.
    static let streamHead = Self.bytes("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")

    static func word(_ text: String) -> Self { .bytes(event("{\"content\":\"\(text)\"}", finish: "null")) }
    static let finish = Self.bytes(
        event("{}", finish: "\"stop\"")
            + "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[],"
            + "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":60,\"total_tokens\":70}}\n\n")
    static let done = Self.bytes("data: [DONE]\n\n")
    static let keepAlive = Self.bytes(": still here\n\n")

    private static func event(_ delta: String, finish: String) -> String {
        "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\","
            + "\"choices\":[{\"index\":0,\"delta\":\(delta),\"finish_reason\":\(finish)}]}\n\n"
    }

    /// A whole stream.
    static func says(_ words: some Sequence<String>) -> [Self] {
        [streamHead] + words.map { word($0) } + [finish, done, .close]
    }
}
