import ClawBase
import ClawControl
import ClawKubernetes
import Synchronization

/// Runtimes whose capacity has not said that it is ready: they are asked for again soon.
final class WaitingRuntimes: Sendable {
    private let keys = Mutex<Set<ObjectKey>>([])
    private let news = Signal()
    private static let pause = Duration.seconds(1)

    func add(_ key: ObjectKey) {
        keys.withLock { _ = $0.insert(key) }
        news.raise()
    }

    func follow(for controller: Controller, time: any TimeSource) async throws {
        while true {
            try await news.wait()
            try await time.sleep(for: Self.pause)
            for key in keys.withLock({ keys in
                defer { keys = [] }
                return keys
            }) { controller.ask(for: key) }
        }
    }
}
