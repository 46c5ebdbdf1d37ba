import ClawBase
import ClawDocuments
import HTTPTypes
import Synchronization

/// Answers for a runtime that does not know its user yet: it is there and healthy, and whoever wants more waits a moment.
final class WarmHandler: Handler {
    private struct State {
        var handler: RuntimeHandler?
        var waiting: [ObjectIdentifier: Signal] = [:]
    }

    /// A user's request comes right after the pod is theirs; the bundle a moment later.
    private static let patience = Duration.seconds(10)
    private static let mostWaiting = 100

    private let lifecycle: RuntimeLifecycle
    private let time: any TimeSource
    private let state = Mutex(State())

    init(lifecycle: RuntimeLifecycle, time: any TimeSource = .system) { (self.lifecycle, self.time) = (lifecycle, time) }

    /// Its user is known.
    func settle(_ handler: RuntimeHandler) {
        let waiting = state.withLock { state in
            state.handler = handler
            return Array(state.waiting.values)
        }
        for signal in waiting { signal.raise() }
    }

    func respond(to request: Request) async -> Response {
        if let handler = state.withLock({ $0.handler }) { return await handler.respond(to: request) }
        if let health = lifecycle.health(request.path) { return health }
        if let handler = try? await arrival() { return await handler.respond(to: request) }
        return .finding(
            Finding(.notReady, "The runtime does not know its user yet; try again in a moment."),
            status: .serviceUnavailable)
    }

    private func arrival() async throws -> RuntimeHandler? {
        let news = Signal()
        let isAdmitted = state.withLock { state in
            guard state.waiting.count < Self.mostWaiting else { return false }
            state.waiting[ObjectIdentifier(news)] = news
            return true
        }
        guard isAdmitted else { return nil }
        defer { state.withLock { $0.waiting[ObjectIdentifier(news)] = nil } }
        return try await time.withDeadline(Self.patience, "the wait for a user") { [self] in
            while true {
                if let handler = state.withLock({ $0.handler }) { return handler }
                try await news.wait()
            }
        }
    }
}
