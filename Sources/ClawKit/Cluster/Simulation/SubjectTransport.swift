import ClawBase
import ClawDocuments
import ClawKubernetes
import HTTPTypes
import Synchronization

/// The way of a subject to its cluster: with the subject's token, with faults, and until it is killed.
final class SubjectTransport: Transport {
    private struct State {
        var count = 0
        var isDead = false
    }

    private let server: any Handler
    private let credentials: any Credentials
    private let faults: ClusterFaults
    private let seed: UInt64
    private let time: any TimeSource
    private let state = Mutex(State())
    /// After this many requests were answered the subject is dead.
    private let lastRequest: Int?
    private let onDeath: @Sendable () -> Void

    init(
        _ server: any Handler, _ credentials: any Credentials, _ faults: ClusterFaults, seed: UInt64, time: any TimeSource,
        lastRequest: Int?, onDeath: @escaping @Sendable () -> Void
    ) {
        (self.server, self.credentials, self.faults, self.seed) = (server, credentials, faults, seed)
        (self.time, self.lastRequest, self.onDeath) = (time, lastRequest, onDeath)
    }

    var count: Int { state.withLock { $0.count } }

    /// From now on nothing gets through any more: what a killed process would still have sent is not sent.
    func kill() { state.withLock { $0.isDead = true } }

    func send(_ request: Request) async throws -> Response {
        try Task.checkCancellation()
        let number = state.withLock { state -> Int? in
            guard !state.isDead else { return nil }
            defer { state.count += 1 }
            return state.count
        }
        guard let number else { throw Self.dead }
        let isWrite = ![.get, .head, .options].contains(request.method)
        let fault = RequestFaults(faults, seed: seed, number: number, isWrite: isWrite)
        if fault.delay > .zero { try await time.sleep(for: fault.delay) }
        var response: Response
        switch fault.outcome {
        case .none: response = try await exchange(request)
        case .conflict:
            response = Self.failure(409, "Conflict", "the object has been modified; please apply your changes to the latest version and try again")
        case .tooManyRequests:
            response = Self.failure(429, "TooManyRequests", "too many requests, please try again later")
            response.headers[.retryAfter] = "1"
        case .serverError: response = Self.failure(500, "InternalError", "an error on purpose")
        case .gatewayTimeout(let isDone):
            if isDone, isWrite { _ = try await exchange(request) }
            response = Self.failure(504, "Timeout", "the server was unable to return a response in time")
        case .expiredToken:
            _ = try await credentials.renew(after: try await credentials.credential())
            response = try await exchange(request)
        case .refused: throw TransportError(code: .unreachable, message: "The connection was refused on purpose.")
        case .lostAnswer:
            _ = try await exchange(request)
            throw TransportError(code: .disconnected, message: "The connection was cut on purpose.")
        }
        if number + 1 == lastRequest {
            kill()
            onDeath()
            throw Self.dead
        }
        return watched(response, number)
    }

    private func exchange(_ request: Request) async throws -> Response {
        var attempt = request
        let credential = try await credentials.credential()
        attempt.headers[.authorization] = credential.authorization?.reveal()
        let response = await server.respond(to: attempt)
        guard response.status == .unauthorized, try await credentials.renew(after: credential) else { return response }
        attempt.headers[.authorization] = try await credentials.credential().authorization?.reveal()
        return await server.respond(to: attempt)
    }

    private func watched(_ response: Response, _ number: Int) -> Response {
        guard let source = response.body.streamSource as? any WatchValues else { return response }
        let watch = FaultyWatch(source, faults, seed: seed ^ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
        var response = response
        let lines = ByteStream(pulling: {
            try await watch.next().map { JSON.object($0).bytes() + [UInt8(ascii: "\n")] }
        })
        response.body = .stream(lines, source: watch)
        return response
    }

    private static let dead = TransportError(code: .closed, message: "The subject was killed.")

    private static func failure(_ code: Int, _ reason: String, _ message: String) -> Response {
        APIStatus(code: code, reason: reason, message: message).response
    }
}
