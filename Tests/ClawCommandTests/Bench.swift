import ClawBase
import ClawDocuments
import ClawKubernetes
import HTTPTypes
import Synchronization

@testable import claw

/// Keeps what a command writes.
final class RecordingConsole: Console {
    private let texts = Mutex<(out: [String], error: [String])>(([], []))
    let errorIsTerminal: Bool

    init(errorIsTerminal: Bool = false) { self.errorIsTerminal = errorIsTerminal }

    func write(_ text: String) { texts.withLock { $0.out.append(text) } }
    func writeError(_ text: String) { texts.withLock { $0.error.append(text) } }

    var out: String { texts.withLock { $0.out.joined() } }
    var error: String { texts.withLock { $0.error.joined() } }
    var writes: [String] { texts.withLock { $0.out } }
}

/// Runs command lines against a handler in this process.
struct Bench: Sendable {
    static let token = "claw_admin_0123456789"

    var transport: RecordingTransport
    var environment: [String: String] = [:]
    var files = InMemorySecrets([.file(".claw/admin-token"): Secret(Bench.token)])
    var time: any TimeSource = .system
    var isTerminal = false
    /// What commands about definitions talk to.
    var kubernetes: any KubernetesAPI = KubernetesClient(ScriptedTransport([]))

    init(_ handler: some Handler) { transport = RecordingTransport(HandlerTransport(handler)) }

    init(_ answer: @escaping @Sendable (Request) async -> Response) { self.init(ClosureHandler(answer)) }

    init(failing error: TransportError) {
        transport = RecordingTransport(ScriptedTransport { _ in throw error })
    }

    struct Outcome {
        let status: CommandStatus
        let out: String
        let error: String
        let writes: [String]

        /// stdout as the one JSON document it has to be.
        var json: JSON? { try? JSONParser.parse(Array(out.utf8)) }
        /// stderr as a JSON object.
        var errorJSON: JSON? { try? JSONParser.parse(Array(error.utf8)) }
        var lines: [Substring] { out.split(separator: "\n", omittingEmptySubsequences: false).dropLast() }
    }

    func run(_ arguments: String...) async -> Outcome { await run(arguments) }

    func run(_ arguments: [String]) async -> Outcome {
        let console = RecordingConsole(errorIsTerminal: isTerminal)
        let status = await CommandLineTool.run(
            arguments,
            in: Surroundings(
                environment: environment, files: files, console: console, time: time,
                transport: { [transport] _ in transport },
                kubernetes: { [kubernetes] _, _ in kubernetes }))
        return Outcome(status: status, out: console.out, error: console.error, writes: console.writes)
    }

    var exchanges: [String] { transport.exchanges.map { "\($0.method) \($0.path)" } }
}

/// The control plane's ways of answering.
enum Answer {
    static func json(_ json: JSON, _ status: Int = 200) -> Response {
        Response(status: .init(code: status), headers: [.contentType: "application/json"], body: .bytes(json.bytes()))
    }

    static func finding(_ code: String, _ message: String, _ status: Int, field: String? = nil) -> Response {
        .finding(Finding(FindingCode(rawValue: code), message, field: field), status: .init(code: status))
    }

    static func events(_ events: [ServerSentEvent]) -> Response {
        .events(ByteStream(Chunks(chunks: events.map(\.encoded))))
    }

    static let missing = finding("E_NOT_FOUND", "There is no such thing.", 404)

    private struct Chunks: AsyncSequence, Sendable {
        let chunks: [[UInt8]]
        struct Iterator: AsyncIteratorProtocol {
            var rest: ArraySlice<[UInt8]>
            mutating func next() async -> [UInt8]? { rest.popFirst() }
        }
        func makeAsyncIterator() -> Iterator { Iterator(rest: chunks[...]) }
    }
}
