import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// A socket, pipe or terminal as a channel, without a thread of its own.
package final class DescriptorChannel: ByteChannel {
    package enum Kind: Sendable { case socket, terminal, pipe }

    private let descriptor: Int32
    private let kind: Kind
    private let reading: DescriptorReadiness
    private let writing: DescriptorReadiness
    private struct State {
        /// Calls into the system that are under way; the descriptor outlives them.
        var isClosed = false
        var hasFinished = false
    }
    private let state = Mutex(State())

    private static let pieceSize = 64 << 10

    /// Takes the descriptor over: it is closed with the channel.
    package init(_ descriptor: Int32, _ kind: Kind) {
        (self.descriptor, self.kind) = (descriptor, kind)
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        // Closed when both sources have let go of it, and so never under one of them.
        let users = Mutex(2)
        let release: @Sendable () -> Void = {
            let isLast = users.withLock { users in
                users -= 1
                return users == 0
            }
            if isLast { _ = systemClose(descriptor) }
        }
        reading = DescriptorReadiness(descriptor, .reading, onRelease: release)
        writing = DescriptorReadiness(descriptor, .writing, onRelease: release)
    }

    deinit { close() }

    package func read() async throws -> [UInt8]? {
        while true {
            try Task.checkCancellation()
            let (count, number, bytes) = try attempt { descriptor in
                var count = 0
                let bytes = [UInt8](unsafeUninitializedCapacity: Self.pieceSize) { buffer, initialized in
                    count = systemRead(descriptor, buffer.baseAddress, Self.pieceSize)
                    initialized = max(0, count)
                }
                return (count, errno, bytes)
            }
            if count > 0 { return bytes }
            if count == 0 { return nil }
            switch number {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: await reading.wait()
            // A terminal whose other end nobody holds any more.
            case EIO where kind == .terminal: return nil
            default: throw Self.broken(number)
            }
        }
    }

    package func write(_ bytes: [UInt8]) async throws {
        var done = 0
        while done < bytes.count {
            try Task.checkCancellation()
            let (count, number) = try attempt { descriptor in
                let count = bytes.withUnsafeBytes { buffer -> Int in
                    guard let start = buffer.baseAddress else { return 0 }
                    return kind == .socket
                        ? send(descriptor, start + done, buffer.count - done, noSignal)
                        : systemWrite(descriptor, start + done, buffer.count - done)
                }
                return (count, errno)
            }
            if count >= 0 {
                done += count
                continue
            }
            switch number {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK: await writing.wait()
            default: throw Self.broken(number)
            }
        }
    }

    package func finish() async {
        switch kind {
        case .socket: _ = try? attempt { shutdown($0, writeSide) }
        case .pipe: close()
        // ^D: what ends input typed at a terminal.
        case .terminal: try? await write([4])
        }
    }

    package func close() {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard isFirst else { return }
        if kind == .socket { _ = shutdown(descriptor, bothSides) }
        reading.close()
        writing.close()
    }

    /// Waits for the end of a connect that was begun. - Returns: what errno would be; 0: connected.
    func connectionError() async throws -> Int32 {
        await writing.wait()
        try Task.checkCancellation()
        return try attempt { descriptor in
            var (number, size) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
            return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size) == 0 ? number : errno
        }
    }

    /// Calls the system while the channel is sure to be open; nothing in here waits.
    package func attempt<Result>(_ call: (Int32) -> Result) throws -> Result {
        try state.withLock { state in
            guard !state.isClosed else { throw TransportError.channelClosed }
            return call(descriptor)
        }
    }

    private static func broken(_ number: Int32) -> TransportError {
        TransportError(code: .disconnected, message: "The connection broke: \(String(cString: strerror(number))).")
    }
}

// The C library's functions under names that members do not hide.
#if canImport(Darwin)
private let noSignal: Int32 = 0
private let writeSide = SHUT_WR
private let bothSides = SHUT_RDWR
#else
private let noSignal = Int32(MSG_NOSIGNAL)
private let writeSide = Int32(SHUT_WR)
private let bothSides = Int32(SHUT_RDWR)
#endif
private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}

/// Writes to a pipe without the signal that a missing reader would raise: blocked on this thread, and taken back.
private func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawPointer, _ count: Int) -> Int {
    var (pipeSignal, before, pending) = (sigset_t(), sigset_t(), sigset_t())
    sigemptyset(&pipeSignal)
    sigaddset(&pipeSignal, SIGPIPE)
    sigpending(&pending)
    pthread_sigmask(SIG_BLOCK, &pipeSignal, &before)
    let written = write(descriptor, buffer, count)
    let number = errno
    if written < 0, number == EPIPE, sigismember(&pending, SIGPIPE) == 0 {
        #if !canImport(Darwin)
        var atOnce = timespec()
        _ = sigtimedwait(&pipeSignal, nil, &atOnce)
        #endif
    }
    pthread_sigmask(SIG_SETMASK, &before, nil)
    errno = number
    return written
}
