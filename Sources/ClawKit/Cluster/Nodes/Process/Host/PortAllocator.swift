import ClawBase
import Synchronization
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Gives out free loopback ports, each to one pod.
final class PortAllocator: Sendable {
    /// Port → uid of the pod that has it.
    private let taken = Mutex<[Int: String]>([:])

    /// A free port; the preferred one where it is free.
    /// - Throws: ``Finding`` where there is none, or the one that must be is in use.
    func allocate(for pod: String, preferring preferred: Int?, isRequired: Bool) throws -> Int {
        try taken.withLock { taken in
            if let preferred, taken[preferred] == nil || taken[preferred] == pod, Self.isFree(preferred) {
                taken[preferred] = pod
                return preferred
            }
            if isRequired, let preferred {
                let holder = taken[preferred].map { " by the pod with uid \($0)" } ?? ""
                throw Finding(.storage, "Port \(preferred) of this machine is in use\(holder).")
            }
            for _ in 0..<64 {
                guard let port = Self.findFree() else { continue }
                if taken[port] == nil {
                    taken[port] = pod
                    return port
                }
            }
            throw Finding(.storage, "No free port is left on 127.0.0.1.")
        }
    }

    func release(_ port: Int, of pod: String) {
        taken.withLock { taken in if taken[port] == pod { taken[port] = nil } }
    }

    func releaseAll(of pod: String) { taken.withLock { taken in taken = taken.filter { $0.value != pod } } }

    /// Whether a server could listen there now. Connections of an earlier one that linger do not count.
    static func isFree(_ port: Int) -> Bool {
        guard (1...65535).contains(port) else { return false }
        return bind(to: UInt16(port)) != nil
    }

    private static func findFree() -> Int? { bind(to: 0) }

    /// Binds and lets go; the port that it was.
    private static func bind(to port: UInt16) -> Int? {
        #if canImport(Darwin)
        let type = SOCK_STREAM
        #else
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        #endif
        let descriptor = socket(AF_INET, type, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = SocketAddress.loopback(port)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> Int32 in
                #if canImport(Glibc)
                guard Glibc.bind(descriptor, generic, length) == 0 else { return -1 }
                #elseif canImport(Musl)
                guard Musl.bind(descriptor, generic, length) == 0 else { return -1 }
                #else
                guard Darwin.bind(descriptor, generic, length) == 0 else { return -1 }
                #endif
                // Bound by somebody who set the same option, but not listening: listening is what would fail.
                guard listen(descriptor, 1) == 0 else { return -1 }
                return getsockname(descriptor, generic, &length)
            }
        }
        return result == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }
}

enum SocketAddress {
    static func loopback(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7F00_0001).bigEndian)
        return address
    }
}
