import FoundationEssentials

/// Where time comes from. Injected everywhere, so that tests and the embedded cluster advance it by hand.
///
/// One source gives both the wall clock (creation timestamps, expiry) and waiting, so that the two agree
/// under virtual time.
public protocol TimeSource: Sendable {
    var now: Timestamp { get }
    /// Waits until `moment`. Returns at once where it has passed.
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    func sleep(until moment: Timestamp) async throws
}

extension TimeSource {
    public func sleep(for duration: Duration) async throws { try await sleep(until: now + duration) }

    /// Runs `body`, or throws a finding when it has not ended within `limit`; `body` is cancelled then.
    public func withDeadline<T: Sendable>(
        _ limit: Duration, _ what: @autoclosure @Sendable () -> String, _ body: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        let what = what()
        return try await withThrowingTaskGroup(of: T.self) { group in
            group.addTask { try await body() }
            group.addTask {
                try await self.sleep(for: limit)
                throw Finding(.deadline, "\(what) did not end within \(limit.inSeconds) s.")
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw CancellationError() }
            return first
        }
    }
}

extension FindingCode {
    public static let deadline = FindingCode(rawValue: "E_DEADLINE")
}

/// The machine's own time.
public struct SystemTime: TimeSource {
    private static let origin = (instant: ContinuousClock.now, wall: wallClock())

    public init() {}

    /// Wall time that never runs backwards within this process: read once, then carried by the monotonic clock.
    public var now: Timestamp { Self.origin.wall + (ContinuousClock.now - Self.origin.instant) }

    public func sleep(until moment: Timestamp) async throws {
        let left = moment - now
        if left > .zero { try await Sleepers.shared.sleep(until: .now + left) } else { try Task.checkCancellation() }
    }

    private static func wallClock() -> Timestamp {
        let elapsed = Date.now.timeIntervalSince1970
        return Timestamp(nanoseconds: Int64(elapsed * 1e9))
    }
}

extension TimeSource where Self == SystemTime {
    public static var system: SystemTime { SystemTime() }
}

