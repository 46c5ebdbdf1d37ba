import ClawBase
import FoundationEssentials
import Synchronization
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What processes use, by the kernel's count (`/proc/PID/stat`, proc(5)).
struct ProcessUsage: Sendable, Hashable {
    /// All of the processor's time so far, in nanoseconds of one core.
    var processorNanoseconds: UInt64 = 0
    /// Memory that is resident, in bytes.
    var residentBytes: UInt64 = 0

    static func + (a: Self, b: Self) -> Self {
        Self(
            processorNanoseconds: a.processorNanoseconds + b.processorNanoseconds,
            residentBytes: a.residentBytes + b.residentBytes)
    }

    /// By session: each container has one of its own, which its children share.
    static func bySession() -> [Int32: ProcessUsage] {
        var usages: [Int32: ProcessUsage] = [:]
        for name in (try? FileTree.names(in: "/proc")) ?? [] where Int32(name) != nil {
            guard let bytes = FileManager.default.contents(atPath: "/proc/\(name)/stat"),
                let (session, usage) = parse(String(decoding: bytes, as: UTF8.self))
            else { continue }
            usages[session, default: ProcessUsage()] = usages[session, default: ProcessUsage()] + usage
        }
        return usages
    }

    private static let nanosecondsPerTick = 1_000_000_000 / UInt64(max(1, sysconf(CInt(_SC_CLK_TCK))))
    private static let pageBytes = UInt64(max(1, sysconf(CInt(_SC_PAGESIZE))))

    /// The name in parentheses may hold anything, so fields are counted from behind the last one.
    static func parse(_ stat: String) -> (session: Int32, usage: ProcessUsage)? {
        guard let close = stat.lastIndex(of: ")") else { return nil }
        // fields[0] is field 3, the state.
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        guard fields.count > 21, let session = Int32(fields[3]), let user = UInt64(fields[11]),
            let system = UInt64(fields[12]), let pages = UInt64(fields[21])
        else { return nil }
        return (
            session,
            ProcessUsage(
                processorNanoseconds: (user &+ system) &* nanosecondsPerTick, residentBytes: pages &* pageBytes)
        )
    }
}

/// How fast the processor's time of each container grows: between one question and the next.
final class UsageMeter: Sendable {
    private struct Sample {
        let moment: Timestamp
        let nanoseconds: UInt64
        /// Nanoseconds of one core in each second.
        let rate: UInt64
    }

    private let samples = Mutex<[String: Sample]>([:])

    /// - Parameters:
    ///   - begin: since when it counts, for the first question.
    ///   - now: questions within a second of each other get the same answer.
    func rate(_ container: String, _ nanoseconds: UInt64, since begin: Timestamp?, now: Timestamp) -> UInt64 {
        samples.withLock { samples in
            if let last = samples[container], now - last.moment < .seconds(1), now >= last.moment { return last.rate }
            let last = samples[container]
            let start = last?.moment ?? begin ?? now
            let grown = nanoseconds >= last?.nanoseconds ?? 0 ? nanoseconds - (last?.nanoseconds ?? 0) : nanoseconds
            let seconds = max(0.001, (now - start).inSeconds)
            let rate = UInt64(min(Double(grown) / seconds, 1e18))
            samples[container] = Sample(moment: now, nanoseconds: nanoseconds, rate: rate)
            return rate
        }
    }

    func forget(except present: Set<String>) {
        samples.withLock { $0 = $0.filter { present.contains($0.key) } }
    }
}
