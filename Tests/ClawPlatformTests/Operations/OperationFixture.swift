import ClawBase
import ClawDocuments
@testable import ClawPlatform
import Logging
import ServiceLifecycleTestKit
import ServiceTesting
import Synchronization
import Testing

/// What steps did, in order.
final class Deeds: Sendable {
    private let list = Mutex<[String]>([])
    var all: [String] { list.withLock { $0 } }
    func note(_ deed: String) { list.withLock { $0.append(deed) } }
    func count(_ deed: String) -> Int { all.count { $0 == deed } }
}

/// Waits until it is opened.
final class Gate: Sendable {
    private let isOpen = Mutex(false)
    func open() { isOpen.withLock { $0 = true } }
    func pass() async throws {
        while !isOpen.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
    }
}

struct Move: Codable, Sendable, Hashable {
    var to = "there"
}

extension OperationEngine.Options {
    /// Impatient, and another worker each time.
    static func test(isAlone: Bool = false) -> Self {
        var options = Self()
        options.worker = RecordID.make(at: SystemTime().now)
        options.backoff = Backoff(initial: .milliseconds(1), cap: .milliseconds(2))
        options.isAlone = isAlone
        return options
    }
}

/// Runs an engine on a store as long as `body` takes.
func withEngine<R: Sendable>(
    _ plan: OperationPlan<Move>, on store: some PlatformStore = MemoryPlatformStore(),
    options: OperationEngine.Options = .test(), time: some TimeSource = .system,
    _ body: @escaping @Sendable (OperationEngine) async throws -> R
) async throws -> R {
    try await withEngine([plan], on: store, options: options, time: time, body)
}

func withEngine<R: Sendable>(
    _ plans: [OperationPlan<Move>], on store: some PlatformStore = MemoryPlatformStore(),
    options: OperationEngine.Options = .test(), time: some TimeSource = .system,
    _ body: @escaping @Sendable (OperationEngine) async throws -> R
) async throws -> R {
    let engine = OperationEngine(store, options: options, time: time, logger: silent)
    for plan in plans { engine.add(plan) }
    return try await whileRunning({ try await engine.run() }) { try await body(engine) }
}

/// Runs an engine until `body` returns, then shuts it down gracefully.
func runUntilShutDown(_ engine: OperationEngine, _ body: @escaping @Sendable () async throws -> Void) async throws {
    try await testGracefulShutdown { trigger in
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await engine.run() }
            group.addTask {
                try await body()
                trigger.triggerGracefulShutdown()
            }
            try await group.waitForAll()
        }
    }
}
