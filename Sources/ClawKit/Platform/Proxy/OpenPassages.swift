import ClawBase
import ClawControl
import ClawResources
import HTTPTypes
import Logging
import Synchronization

/// What is open between visitors and runtimes: streams and WebSockets that were let in once, and must end when their
/// visitor may no longer enter.
///
/// Asks the gate again, as it was asked when they began, whenever users, sessions, memberships, routes or runtimes have
/// changed. It is the gate that decides; here is only when it is asked, and how what is open ends.
final class OpenPassages: Sendable {
    /// So that a storm of changes asks a few times, not each time; a revocation holds well within a second.
    private static let pause = Duration.milliseconds(200)
    /// Sessions and tokens also end by themselves, which nobody tells.
    private static let interval = Duration.seconds(5)

    private struct Weak: Sendable { weak let passage: OpenPassage? }

    private let check: AccessCheck
    private let services: PlatformServices
    private let open = Mutex<[ObjectIdentifier: Weak]>([:])
    private let news = Signal()
    private let use: RuntimeUse

    init(_ services: PlatformServices, _ check: AccessCheck, _ use: RuntimeUse) {
        (self.services, self.check, self.use) = (services, check, use)
    }

    /// For tests and metrics.
    var count: Int { open.withLock { $0.count } }

    /// The response, whose stream or connection ends when the request would no longer be let in.
    /// What moves on it counts as use of the runtime.
    func guarding(_ response: Response, to request: Request, of runtime: RuntimeReference) -> Response {
        let isChannel = if case .channel? = response.upgrade { true } else { false }
        guard isChannel || response.body.immediateBytes == nil else { return response }
        // The question again needs no body, and must not hold it.
        let passage = OpenPassage(Request(head: request.head, peer: request.peer), runtime, self)
        open.withLock { $0[ObjectIdentifier(passage)] = Weak(passage: passage) }
        var response = response
        if case .channel(let channel)? = response.upgrade {
            passage.closes(channel)
            response.upgrade = .channel(GuardedChannel(channel, passage))
        } else {
            response.body = .stream(GuardedBytes(response.body, passage), length: response.body.length)
        }
        return response
    }

    func moved(_ runtime: RuntimeReference) { use.note(runtime) }

    func forget(_ passage: OpenPassage) { open.withLock { $0[ObjectIdentifier(passage)] = nil } }

    // MARK: asking again

    /// Whether it counts as use that something is open to a runtime.
    private func countsConnections(_ runtime: RuntimeReference) -> Bool {
        services.caches.cache(Runtime.self).get(runtime.runtime, in: runtime.project)?.idle?.signals
            .contains(.connections) == true
    }

    /// Until cancelled.
    func run() async throws {
        let (users, sessions) = (
            services.store.changes(of: User.kind), services.store.changes(of: SessionRecord.kind)
        )
        services.caches.cache(Project.self).onChange { [news] _ in news.raise() }
        services.caches.cache(Member.self).onChange { [news] _ in news.raise() }
        services.caches.cache(Route.self).onChange { [news] _ in news.raise() }
        services.caches.cache(Runtime.self).onChange { [news] _ in news.raise() }
        try await withThrowingDiscardingTaskGroup { group in
            for changes in [users, sessions] {
                group.addTask { [news] in
                    var changes = changes.makeAsyncIterator()
                    while try await changes.next() != nil { news.raise() }
                }
            }
            group.addTask { [self] in
                while true {
                    try await services.time.sleep(for: Self.interval)
                    news.raise()
                }
            }
            group.addTask { [self] in
                while true {
                    try await news.wait()
                    try await askAgain()
                    try await services.time.sleep(for: Self.pause)
                }
            }
        }
    }

    private func askAgain() async throws {
        for passage in open.withLock({ $0.values.compactMap(\.passage) }) {
            try Task.checkCancellation()
            // Nobody new is let in while the gate cannot decide; what is open stays until it can.
            guard let outcome = try? await check.judge(passage.request) else { continue }
            switch outcome.decision.verdict {
            // A runtime that rests ends what is open to it by itself.
            case .allow:
                if countsConnections(passage.runtime) { use.note(passage.runtime) }
            case .wake, .unavailable: continue
            case .signIn, .deny, .notFound:
                passage.end()
                services.metrics.proxied.add(1, "ended")
                services.log.info(
                    "an open stream was ended",
                    metadata: ["runtime": "\(outcome.runtime?.description ?? "")", "why": "\(outcome.decision.explanation)"])
            }
        }
    }
}
