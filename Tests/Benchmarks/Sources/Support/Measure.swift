import Foundation

/// What one run took.
public struct Measurement: Sendable {
    /// Seconds of processor time of all threads, and of the wall clock.
    public var processor: Double
    public var wall: Double
}

public func measure<R>(_ body: () async throws -> R) async rethrows -> (Measurement, R) {
    let (cpu, wall) = (processorTime(), ContinuousClock.now)
    let result = try await body()
    let elapsed = (ContinuousClock.now - wall).components
    return (
        Measurement(
            processor: processorTime() - cpu,
            wall: Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18), result
    )
}

/// The best of several runs: what the machine can do when nothing else disturbs it.
public func best(of runs: Int, _ body: () async throws -> Void) async rethrows -> Measurement {
    var best = Measurement(processor: .infinity, wall: .infinity)
    for _ in 0..<runs {
        let (measured, _) = try await measure(body)
        if measured.wall < best.wall { best = measured }
    }
    return best
}

private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Resident memory of this process in MiB.
public func residentMemory() -> Double {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
}

/// One line of the table.
public func report(_ name: String, _ rate: Double, _ unit: String, _ note: String = "") {
    let number = rate.formatted(.number.precision(.fractionLength(rate < 100 ? 1 : 0)))
    print("\(name.padding(toLength: 58, withPad: " ", startingAt: 0)) \(number) \(unit)  \(note)")
}
