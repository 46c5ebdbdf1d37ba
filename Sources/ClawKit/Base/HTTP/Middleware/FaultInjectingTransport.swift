import HTTPTypes
import Synchronization

/// Makes exchanges fail by a schedule: for tests of whatever stands above.
public final class FaultInjectingTransport: Transport {
    private let inner: any Transport
    private let schedule: FaultSchedule
    private let time: any TimeSource
    private let count = Mutex(0)

    public init(_ inner: some Transport, _ schedule: FaultSchedule, time: some TimeSource = .system) {
        self.inner = inner
        self.schedule = schedule
        self.time = time
    }

    public func send(_ request: Request) async throws -> Response {
        let number = count.withLock { count in
            defer { count += 1 }
            return count
        }
        var bodyCut: Int?
        var isCut = false
        for fault in schedule.faults(of: number, request) {
            switch fault.kind {
            case .latency(let delay): try await time.sleep(for: delay)
            case .status(let status, let headers): return Response(status: status, headers: headers)
            case .refused: throw TransportError(code: .unreachable, message: "The connection was refused on purpose.")
            case .cut: isCut = true
            case .bodyCut(let bytes): bodyCut = bytes
            }
        }
        var response = try await inner.send(request)
        if isCut { throw Self.cut }
        if let bodyCut { response.body = Self.body(response.body, cutAfter: bodyCut) }
        return response
    }

    private static let cut = TransportError(code: .disconnected, message: "The connection was cut on purpose.")

    private static func body(_ body: Body, cutAfter limit: Int) -> Body {
        let reader = BodyReader(body)
        let left = Mutex(limit)
        let bytes = ByteStream(pulling: {
            if left.withLock({ $0 < 0 }) { throw cut }
            guard let chunk = try await reader.next() else { return nil }
            let room = left.withLock { left in
                defer { left -= chunk.count }
                return left
            }
            if chunk.count <= room { return chunk }
            guard room > 0 else { throw cut }
            return Array(chunk.prefix(room))
        })
        return .stream(bytes, length: body.length)
    }
}

extension Transport {
    /// Makes exchanges fail by a schedule.
    public func failing(_ schedule: FaultSchedule, time: some TimeSource = .system) -> FaultInjectingTransport {
        FaultInjectingTransport(self, schedule, time: time)
    }
}
