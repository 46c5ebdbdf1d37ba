import ClawBase
import HTTPTypes
import Synchronization

/// Looks again and again until something holds.
/// - Throws: ``Finding`` with `E_DEADLINE` when that takes longer than 30 seconds.
func comesAbout(_ what: String, _ isTrue: @Sendable () async -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(120)
    while await !isTrue() {
        if ContinuousClock.now > end { throw Finding(.deadline, "\(what) did not come about.") }
        try await Task.sleep(for: .milliseconds(1))
    }
}

extension VirtualTime {
    /// Runs `body`; whenever it waits, time moves on to the end of its waiting.
    func running<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
        try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while true {
                    try await comesAbout("somebody waits") { self.nextWake != nil }
                    if let wake = self.nextWake { self.advance(by: wake - self.now) }
                }
            }
            defer { group.cancelAll() }
            while let result = try await group.next() {
                if let result { return result }
            }
            throw CancellationError()
        }
    }
}

extension Response {
    static func status(_ code: Int, _ headers: HTTPFields = [:]) -> Response {
        Response(status: .init(code: code), headers: headers, body: .string("status \(code)"))
    }

    func text() async throws -> String { String(decoding: try await body.collect(limit: 1 << 20), as: UTF8.self) }
}

/// A body in chunks that can be read once.
func stream(_ chunks: [String], failing error: TransportError? = nil) -> Body {
    let rest = Mutex(chunks[...])
    return .stream(
        ByteStream(pulling: {
            if let chunk = rest.withLock({ $0.popFirst() }) { return Array(chunk.utf8) }
            if let error { throw error }
            return nil
        }))
}

let lost = TransportError(code: .disconnected, message: "the connection broke")
