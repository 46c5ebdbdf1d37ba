import FoundationEssentials
import HTTPTypes
import Synchronization

/// Answers from a recording: each request gets the first answer to the same method and target that was not given yet.
public final class ReplayTransport: Transport {
    private let redaction: Redaction
    private let left: Mutex<[RecordedExchange]>

    /// - Parameter redaction: that of the recording, for targets are compared as they stand in it.
    public init(_ exchanges: [RecordedExchange], redaction: Redaction = Redaction()) {
        self.redaction = redaction
        left = Mutex(exchanges.sorted { $0.number < $1.number })
    }

    /// - Throws: ``Finding`` with ``FindingCode/badConfig`` where the file cannot be read or is no recording.
    public convenience init(contentsOf path: String, redaction: Redaction = Redaction()) throws {
        guard let data = try? Data(contentsOf: URL(filePath: path)),
            let text = String(validating: data, as: UTF8.self)
        else {
            throw Finding(
                .badConfig, "The recording \(path) cannot be read; check that it exists and is UTF-8.", field: path)
        }
        self.init(try RecordedExchange.lines(text), redaction: redaction)
    }

    /// The recorded exchanges that nobody has asked for.
    public var unused: [RecordedExchange] { left.withLock { $0 } }

    public func send(_ request: Request) async throws -> Response {
        try Task.checkCancellation()
        let target = redaction.target(of: request)
        let found = left.withLock { left -> RecordedExchange? in
            guard let index = left.firstIndex(where: { $0.method == request.method.rawValue && $0.target == target })
            else { return nil }
            return left.remove(at: index)
        }
        guard let found else {
            throw TransportError(
                code: .unreachable, message: "The recording has no answer left to \(request.method) \(target).")
        }
        guard let status = found.status else { throw Self.broken(found) }
        var headers = HTTPFields()
        for header in found.responseHeaders {
            if let name = HTTPField.Name(header.name), name != .contentLength, name != .transferEncoding {
                headers.append(HTTPField(name: name, value: header.value))
            }
        }
        return Response(status: .init(code: status), headers: headers, body: Self.body(of: found))
    }

    private static func body(of exchange: RecordedExchange) -> Body {
        let bytes = exchange.responseBody?.bytes ?? []
        guard exchange.error != nil else { return .bytes(bytes) }
        let rest = Mutex(bytes.isEmpty ? nil : bytes)
        return .stream(
            ByteStream(pulling: {
                let chunk = rest.withLock { rest in
                    defer { rest = nil }
                    return rest
                }
                guard let chunk else { throw broken(exchange) }
                return chunk
            }))
    }

    private static func broken(_ exchange: RecordedExchange) -> TransportError {
        TransportError(code: .disconnected, message: "As recorded: \(exchange.error ?? "no answer").")
    }
}
