import Foundation

/// What one run took.
public struct Measurement: Sendable {
    /// Seconds of processor time of all threads, and of the wall clock.
    public var processor: Double
    public var wall: Double

    /// Longer than anything: where the best of several is looked for.
    public static let none = Measurement(processor: .infinity, wall: .infinity)

    public mutating func keepBetter(_ other: Measurement) {
        processor = min(processor, other.processor)
        wall = min(wall, other.wall)
    }
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

/// The best processor time and the best wall time of several runs: what the machine can do when nothing else disturbs
/// it.
public func best(of runs: Int, _ body: () async throws -> Void) async rethrows -> Measurement {
    var best = Measurement.none
    for _ in 0..<runs {
        let (measured, _) = try await measure(body)
        best.keepBetter(measured)
    }
    return best
}

private func processorTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Memory of this process in MB (10⁶ bytes): what is resident now, the part of it that no file backs (heap and stacks),
/// and the most that ever was resident.
public func residentMemory() -> (now: Double, anonymous: Double, peak: Double) {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    func field(_ name: String) -> Double {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? 0) * 1024 / 1e6
    }
    return (field("VmRSS:"), field("RssAnon:"), field("VmHWM:"))
}

/// One line of the table.
public func report(_ name: String, _ rate: Double, _ unit: String, _ note: String = "") {
    let number = rate < 100 ? String(format: "%.1f", rate) : String(Int(rate))
    let left = String(repeating: " ", count: max(0, 10 - number.count)) + number
    print("  \(name.padding(toLength: 62, withPad: " ", startingAt: 0))\(left) \(unit)\(note.isEmpty ? "" : "  \(note)")")
    // Now, also into a pipe.
    fflush(nil)
}

/// A figure a second, of processor and of wall time.
public func report(_ name: String, _ count: Int, _ unit: String, _ time: Measurement, _ note: String = "") {
    report(
        name, Double(count) / time.processor, "\(unit)/s CPU",
        "\(Int(Double(count) / time.wall)) \(unit)/s wall\(note.isEmpty ? "" : "; \(note)")")
}
