public import ClawBase

/// The time of a simulated cluster. It passes only when it is told to, as fast as the machine can.
///
///     try await cluster.clock.advance(by: .hours(6))      // controllers, probes, back-offs, cron, at their moments
public struct SimulationClock: TimeSource {
    private let time: VirtualTime
    private let executor: SimulationExecutor

    init(_ time: VirtualTime, _ executor: SimulationExecutor) { (self.time, self.executor) = (time, executor) }

    public var now: Timestamp { time.now }
    public func sleep(until moment: Timestamp) async throws { try await time.sleep(until: moment) }

    /// Waits until everything has happened that can happen without time going on.
    /// - Throws: ``Finding`` with `E_DEADLINE` where something goes on for ever without waiting.
    public func settle() async throws { try await executor.rest() }

    /// Lets time pass. It stops at each moment somebody waits for, until everybody has done what was due then.
    /// - Throws: ``Finding`` with `E_DEADLINE` where something goes on for ever without waiting; `CancellationError`.
    public func advance(by duration: Duration) async throws { try await advance(to: now + duration) }

    public func advance(to end: Timestamp) async throws {
        _ = try await advance(to: end) { false }
    }

    /// Lets time pass until something holds, at most that long. Returns whether it does.
    ///
    /// It is asked at each moment at which something was due.
    public func advance(
        atMost limit: Duration, until isSo: () async throws -> Bool
    ) async throws -> Bool {
        try await advance(to: now + limit, until: isSo)
    }

    private func advance(to end: Timestamp, until isSo: () async throws -> Bool) async throws -> Bool {
        while true {
            try Task.checkCancellation()
            try await executor.rest()
            if try await isSo() { return true }
            guard let next = time.nextWake, next <= end else { break }
            time.advance(by: max(.zero, next - time.now))
        }
        if end > time.now { time.advance(by: end - time.now) }
        try await executor.rest()
        return try await isSo()
    }
}
