#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The clock by which the kernel's waiting goes: nanoseconds since some moment before the process began. The loop's
/// deadlines are told by it, not by an injected clock, because a socket's silence is real.
struct MonotonicTime: Comparable, Sendable {
    var nanoseconds: UInt64

    static let never = MonotonicTime(nanoseconds: .max)

    static var now: MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec))
    }

    static func < (a: Self, b: Self) -> Bool { a.nanoseconds < b.nanoseconds }

    static func + (moment: Self, duration: Duration) -> Self {
        let (seconds, attoseconds) = duration.components
        guard seconds < 1 << 33 else { return .never }
        guard seconds >= 0 else { return moment }
        return MonotonicTime(
            nanoseconds: moment.nanoseconds &+ UInt64(seconds) &* 1_000_000_000
                &+ UInt64(max(0, attoseconds) / 1_000_000_000))
    }

    /// Whole milliseconds from `now`, rounded up; -1 where it never comes, as epoll_wait(2) wants it.
    func milliseconds(from now: MonotonicTime) -> Int32 {
        if self == .never { return -1 }
        if self <= now { return 0 }
        return Int32(clamping: (nanoseconds - now.nanoseconds + 999_999) / 1_000_000)
    }
}
