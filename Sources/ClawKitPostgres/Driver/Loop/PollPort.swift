import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// poll(2), woken through a pipe: for systems without epoll. Each wait costs a look at every descriptor, which is
/// little for the tens of connections a pool has.
final class PollPort: EventPort {
    private struct Entry {
        var token: UInt64
        var interest: EventInterest
    }
    private struct State {
        var entries: [Int32: Entry] = [:]
        var isRung = false
    }
    private let state = Mutex(State())
    private let bellOut: Int32
    private let bellIn: Int32

    init?() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        (bellOut, bellIn) = (ends[0], ends[1])
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
    }

    func add(_ descriptor: Int32, token: UInt64, _ interest: EventInterest) {
        state.withLock { $0.entries[descriptor] = Entry(token: token, interest: interest) }
        wake()
    }

    func change(_ descriptor: Int32, token: UInt64, _ interest: EventInterest) {
        add(descriptor, token: token, interest)
    }

    func remove(_ descriptor: Int32, token: UInt64) { forget(token) }

    func forget(_ token: UInt64) {
        state.withLock { state in state.entries = state.entries.filter { $0.value.token != token } }
        wake()
    }

    func wake() {
        let rings = state.withLock { state in
            defer { state.isRung = true }
            return !state.isRung
        }
        if rings { _ = write(bellIn, "!", 1) }
    }

    func wait(milliseconds: Int32, _ body: (UInt64, EventReadiness) -> Void) {
        var descriptors = [pollfd(fd: bellOut, events: Int16(POLLIN), revents: 0)]
        var tokens: [UInt64] = [0]
        state.withLock { state in
            for (descriptor, entry) in state.entries where !entry.interest.isDisjoint(with: [.read, .write]) {
                var events: Int16 = 0
                if entry.interest.contains(.read) { events |= Int16(POLLIN) }
                if entry.interest.contains(.write) { events |= Int16(POLLOUT) }
                descriptors.append(pollfd(fd: descriptor, events: events, revents: 0))
                tokens.append(entry.token)
            }
        }
        guard poll(&descriptors, nfds_t(descriptors.count), milliseconds) > 0 else { return }
        if descriptors[0].revents != 0 {
            var rings: [UInt8] = Array(repeating: 0, count: 16)
            _ = read(bellOut, &rings, rings.count)
            state.withLock { $0.isRung = false }
        }
        for (entry, token) in zip(descriptors, tokens).dropFirst() where entry.revents != 0 {
            state.withLock { state in
                if state.entries[entry.fd]?.interest.contains(.once) == true {
                    state.entries[entry.fd]?.interest = .once
                }
            }
            let hangUp = Int16(POLLHUP | POLLERR | POLLNVAL)
            var readiness: EventReadiness = []
            if entry.revents & (Int16(POLLIN) | hangUp) != 0 { readiness.insert(.read) }
            if entry.revents & (Int16(POLLOUT) | hangUp) != 0 { readiness.insert(.write) }
            body(token, readiness)
        }
    }

    func close() {
        _ = systemClose(bellOut)
        _ = systemClose(bellIn)
    }
}

private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
