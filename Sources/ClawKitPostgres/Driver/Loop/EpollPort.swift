#if os(Linux)
import CLibpq

#if canImport(Musl)
import Musl
#else
import Glibc
#endif

/// epoll(7), woken through an eventfd(2).
struct EpollPort: EventPort {
    private let epoll: Int32
    private let bell: Int32
    private static let bellToken = UInt64.max

    /// - Returns: nil where the process has no descriptors left.
    init?() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard epoll >= 0, bell >= 0 else { return nil }
        // Edge-triggered: told at each ring, without having to be read.
        control(EPOLL_CTL_ADD, bell, Self.bellToken, EPOLLIN.rawValue | EPOLLET.rawValue)
    }

    func add(_ descriptor: Int32, token: UInt64, _ interest: EventInterest) {
        control(EPOLL_CTL_ADD, descriptor, token, Self.events(interest))
    }

    func change(_ descriptor: Int32, token: UInt64, _ interest: EventInterest) {
        control(EPOLL_CTL_MOD, descriptor, token, Self.events(interest))
    }

    func remove(_ descriptor: Int32, token: UInt64) { control(EPOLL_CTL_DEL, descriptor, token, 0) }

    /// The kernel forgets a closed descriptor by itself.
    func forget(_ token: UInt64) {}

    func wake() {
        var one: UInt64 = 1
        _ = write(bell, &one, 8)
    }

    func wait(milliseconds: Int32, _ body: (UInt64, EventReadiness) -> Void) {
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 64) { events in
            let count = epoll_wait(epoll, events.baseAddress, 64, milliseconds)
            for index in 0..<max(0, Int(count)) where events[index].data.u64 != Self.bellToken {
                let bits = events[index].events
                var readiness: EventReadiness = []
                let hangUp = EPOLLHUP.rawValue | EPOLLERR.rawValue | EPOLLRDHUP.rawValue
                if bits & (EPOLLIN.rawValue | hangUp) != 0 { readiness.insert(.read) }
                if bits & (EPOLLOUT.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { readiness.insert(.write) }
                body(events[index].data.u64, readiness)
            }
        }
    }

    func close() {
        _ = systemClose(epoll)
        _ = systemClose(bell)
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ token: UInt64, _ events: UInt32) {
        var event = epoll_event()
        event.events = events
        event.data.u64 = token
        epoll_ctl(epoll, operation, descriptor, &event)
    }

    private static func events(_ interest: EventInterest) -> UInt32 {
        var events = EPOLLRDHUP.rawValue
        if interest.contains(.read) { events |= EPOLLIN.rawValue }
        if interest.contains(.write) { events |= EPOLLOUT.rawValue }
        if interest.contains(.once) { events |= EPOLLONESHOT.rawValue }
        return events
    }
}

private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
#endif
