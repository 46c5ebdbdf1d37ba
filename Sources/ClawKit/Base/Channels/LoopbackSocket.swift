#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// TCP within this machine: for port-forwards, at either end.
package enum LoopbackSocket {
    /// Connects to a port of 127.0.0.1. Waits where its listener's queue is full; cancelling ends the wait.
    /// - Throws: ``TransportError`` where nobody listens, `CancellationError`.
    package static func connect(_ port: Int) async throws -> any ByteChannel {
        let descriptor = try open()
        var address = try self.address(port, descriptor)
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        let result = withSocketAddress(&address) { systemConnect(descriptor, $0, $1) }
        var number = result == 0 ? 0 : errno
        // Watched only from here on: a socket that never was connected looks hung up.
        let channel = DescriptorChannel(descriptor, .socket)
        if number == EINPROGRESS { number = try await channel.connectionError() }
        guard number == 0 else {
            throw TransportError(
                code: .unreachable,
                message: "dial tcp 127.0.0.1:\(port): connect: \(String(cString: strerror(number)).lowercased())")
        }
        return channel
    }

    fileprivate static func open() throws(TransportError) -> Int32 {
        #if canImport(Darwin)
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #endif
        guard descriptor >= 0 else {
            throw TransportError(code: .invalidRequest, message: "No socket can be made: \(String(cString: strerror(errno))).")
        }
        var yes: Int32 = 1
        _ = setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }

    fileprivate static func address(_ port: Int, _ descriptor: Int32) throws(TransportError) -> sockaddr_in {
        guard let port = UInt16(exactly: port) else {
            _ = close(descriptor)
            throw TransportError(code: .invalidRequest, message: "\(port) is no TCP port.")
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    fileprivate static func withSocketAddress<R>(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> R
    ) -> R {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}

/// Accepts connections to a port of 127.0.0.1.
package final class LoopbackListener: Sendable {
    package let port: Int
    private let descriptor: Int32
    private let reading: DescriptorReadiness

    /// - Parameter port: 0: the system chooses.
    package init(port: Int) throws {
        let descriptor = try LoopbackSocket.open()
        var address = try LoopbackSocket.address(port, descriptor)
        var yes: Int32 = 1
        _ = setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        let isBound = LoopbackSocket.withSocketAddress(&address) { bind(descriptor, $0, $1) } == 0
        guard isBound, listen(descriptor, 128) == 0 else {
            let number = errno
            _ = close(descriptor)
            throw Finding(
                .badRequest, "127.0.0.1:\(port) cannot be listened at (\(String(cString: strerror(number)))); choose another.")
        }
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = LoopbackSocket.withSocketAddress(&address) { pointer, _ in getsockname(descriptor, pointer, &size) }
        self.port = Int(UInt16(bigEndian: address.sin_port))
        self.descriptor = descriptor
        reading = DescriptorReadiness(descriptor, .reading) { _ = close(descriptor) }
    }

    deinit { reading.close() }

    /// The next connection.
    /// - Throws: `CancellationError`, and ``TransportError`` where the system gives none any more.
    package func accept() async throws -> any ByteChannel {
        while true {
            try Task.checkCancellation()
            let connection = systemAccept(descriptor)
            if connection >= 0 { return DescriptorChannel(connection, .socket) }
            switch errno {
            case EAGAIN, EWOULDBLOCK: await reading.wait()
            case EINTR, ECONNABORTED: continue
            default:
                throw TransportError(
                    code: .disconnected, message: "No connection can be accepted: \(String(cString: strerror(errno))).")
            }
        }
    }
}

// Under names that members do not hide.
private func systemConnect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ size: socklen_t) -> Int32 {
    connect(descriptor, address, size)
}
private func systemAccept(_ descriptor: Int32) -> Int32 { accept(descriptor, nil, nil) }
