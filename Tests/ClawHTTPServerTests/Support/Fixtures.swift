import ClawBase
import ClawCluster
import ClawHTTPServer
import HTTPTypes
import Logging
import Synchronization

/// A logger that says nothing.
let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Serves `answer` on a free port of the loopback and hands out a transport to it.
@discardableResult
func withServer<Result>(
    tls: TLSIdentity? = nil, limits: HTTPServer.Limits = .init(), client: CurlTransport.Configuration = .init(),
    answer: @escaping @Sendable (Request) async -> Response,
    _ body: (CurlTransport, ListenAddress) async throws -> Result
) async throws -> Result {
    let server = HTTPServer(
        listen: ListenAddress(host: "127.0.0.1", port: 0), tls: tls, limits: limits, logger: silent)
    return try await server.withServer(ClosureHandler(answer)) { address in
        var configuration = client
        if configuration.baseURL == nil { configuration.baseURL = "\(tls == nil ? "http" : "https")://\(address)" }
        return try await withCurlTransport(configuration) { try await body($0, address) }
    }
}

/// Waits until `condition` holds; throws after the limit.
func eventually(
    _ what: String, within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while !(try await condition()) {
        guard ContinuousClock.now < end else { throw Finding(.deadline, "Waited in vain until \(what).") }
        try await Task.sleep(for: .milliseconds(2))
    }
}

/// Something a test counts, or a flag it raises, from any task.
final class Counter: Sendable {
    private let number = Mutex(0)
    var value: Int { number.withLock { $0 } }
    func add(_ count: Int = 1) { number.withLock { $0 += count } }

    /// Returns once the number has not changed for a while.
    func settled() async throws {
        var last = -1
        var equal = 0
        try await eventually("the count settles") {
            equal = value == last ? equal + 1 : 0
            last = value
            return equal > 20
        }
    }
}

/// Chunks of 64 KiB, as many as asked for, counted as they are taken.
struct Chunks: AsyncSequence, Sendable {
    static let size = 64 * 1024
    let count: Int
    var taken = Counter()

    struct AsyncIterator: AsyncIteratorProtocol {
        var left: Int
        let taken: Counter
        mutating func next() async throws -> [UInt8]? {
            guard left > 0 else { return nil }
            left -= 1
            taken.add(Chunks.size)
            return Array(repeating: UInt8(truncatingIfNeeded: left), count: Chunks.size)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(left: count, taken: taken) }
}

/// Closed until it is opened; whoever passes it before waits.
final class Gate: Sendable {
    private let (stream, continuation) = AsyncStream<Never>.makeStream()
    let arrivals = Counter()

    func pass() async {
        arrivals.add()
        for await _ in stream {}
    }
    func open() { continuation.finish() }
}

extension Response {
    func text() async throws -> String {
        String(decoding: try await body.collect(limit: 16 * 1024 * 1024), as: UTF8.self)
    }
}
