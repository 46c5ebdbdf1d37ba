import ClawBase
import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension ListenAddress {
    /// A failed bind in people's words; anything else stays as it is.
    func finding(for error: any Error) -> any Error {
        switch error {
        case let error as IOError:
            let mend =
                switch error.errnoCode {
                case EADDRINUSE: "is already in use; stop the other program or choose another port (0: any free one)."
                case EACCES: "needs more rights than this program has; choose a port from 1024 upwards."
                case EADDRNOTAVAIL: "is not an address of this machine; listen at 127.0.0.1 or 0.0.0.0."
                default: "cannot be listened at (\(String(cString: strerror(error.errnoCode))))."
                }
            return Finding(.listen, "\(self) \(mend)", field: field ?? description)
        case is SocketAddressError, is SocketAddressError.UnknownHost:
            return Finding(
                .listen, "The host name of \(self) cannot be resolved; listen at an address such as 127.0.0.1.",
                field: field ?? description)
        default: return error
        }
    }
}
