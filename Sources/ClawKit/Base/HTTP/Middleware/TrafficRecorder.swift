import HTTPTypes
import Synchronization

/// Writes each exchange to a file, one JSON line each, secrets left out: for bug reports and ``ReplayTransport``.
///
/// A line is written when the response's body has been read to its end or was given up. Files are written on the
/// reading task: a tool for looking closely, not for production.
public final class TrafficRecorder: Transport {
    private struct Log {
        var count = 0
        var offset = 0
        var failure: (any Error)?
    }

    private let inner: any Transport
    private let redaction: Redaction
    private let time: any TimeSource
    private let file: SystemFile
    private let log = Mutex(Log())

    /// - Throws: ``Finding`` (`E_STORAGE`) where the file cannot be made.
    public init(
        _ inner: some Transport, to path: String, redaction: Redaction = Redaction(), time: some TimeSource = .system
    ) throws {
        self.inner = inner
        self.redaction = redaction
        self.time = time
        file = try Self.create(path)
    }

    private static func create(_ path: String) throws -> SystemFile {
        do throws(SystemError) {
            return try SystemFile.open(path, .create)
        } catch {
            throw Finding(error)
        }
    }

    public func send(_ request: Request) async throws -> Response {
        let start = time.now
        var exchange = RecordedExchange(
            number: log.withLock { log in
                log.count += 1
                return log.count
            }, method: request.method.rawValue, target: redaction.target(of: request),
            requestHeaders: shown(request.headers), responseHeaders: [], milliseconds: 0)
        let hides = redaction.hidesBody(request)
        exchange.requestBody = request.body.immediateBytes.map { .init($0, isHidden: hides && !$0.isEmpty) }
        do {
            var response = try await inner.send(request)
            exchange.milliseconds = (time.now - start).nanoseconds / 1_000_000
            exchange.status = response.status.code
            exchange.responseHeaders = shown(response.headers)
            let tape = Tape(exchange, hidesBody: hides, recorder: self)
            if response.upgrade == nil { response.body = tape.body(response.body) }
            return response
        } catch {
            exchange.milliseconds = (time.now - start).nanoseconds / 1_000_000
            exchange.error = Self.text(error)
            write(exchange)
            throw error
        }
    }

    private func shown(_ fields: HTTPFields) -> [RecordedExchange.Header] {
        fields.map { .init(name: $0.name.rawName, value: redaction.value(of: $0)) }
    }

    fileprivate static func text(_ error: any Error) -> String {
        (error as? TransportError)?.message ?? "\(type(of: error))"
    }

    fileprivate func write(_ exchange: RecordedExchange) {
        guard let line = try? exchange.line() else { return }
        log.withLock { log in
            do throws(SystemError) {
                let offset = log.offset
                try Self.write(line, to: file, at: offset)
                log.offset += line.count
            } catch {
                log.failure = error
            }
        }
    }

    private static func write(_ line: [UInt8], to file: SystemFile, at offset: Int) throws(SystemError) {
        var failure: SystemError?
        line.withUnsafeBytes { bytes in
            do throws(SystemError) { try file.write(bytes, at: offset) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Why the recording is not whole; nil where it is.
    public var failure: (any Error)? { log.withLock { $0.failure } }
}

/// One response's body on its way to the recording. What has no reader any more is written as far as it was read.
private final class Tape: Sendable {
    private struct State {
        var exchange: RecordedExchange
        var bytes: [UInt8] = []
        var isWritten = false
    }

    private let hidesBody: Bool
    private let recorder: TrafficRecorder
    private let state: Mutex<State>

    init(_ exchange: RecordedExchange, hidesBody: Bool, recorder: TrafficRecorder) {
        self.hidesBody = hidesBody
        self.recorder = recorder
        state = Mutex(State(exchange: exchange))
    }

    deinit { finish(nil) }

    func body(_ body: Body) -> Body {
        if let bytes = body.immediateBytes {
            state.withLock { $0.bytes = bytes }
            finish(nil)
            return body
        }
        let reader = BodyReader(body)
        let bytes = ByteStream(pulling: { [self] in
            do {
                let chunk = try await reader.next()
                guard let chunk else {
                    finish(nil)
                    return nil
                }
                state.withLock { $0.bytes += chunk }
                return chunk
            } catch {
                finish(TrafficRecorder.text(error))
                throw error
            }
        })
        return .stream(bytes, length: body.length)
    }

    private func finish(_ error: String?) {
        let exchange = state.withLock { state -> RecordedExchange? in
            guard !state.isWritten else { return nil }
            state.isWritten = true
            state.exchange.error = error
            state.exchange.responseBody = .init(state.bytes, isHidden: hidesBody && !state.bytes.isEmpty)
            state.bytes = []
            return state.exchange
        }
        if let exchange { recorder.write(exchange) }
    }
}

extension Transport {
    /// Writes each exchange to a file, secrets left out.
    public func recorded(
        to path: String, redaction: Redaction = Redaction(), time: some TimeSource = .system
    ) throws -> TrafficRecorder {
        try TrafficRecorder(self, to: path, redaction: redaction, time: time)
    }
}
