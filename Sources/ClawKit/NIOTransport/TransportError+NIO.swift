import ClawBase
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

extension TransportError {
    /// Why no connection came.
    init(connecting error: any Error, to origin: Origin) {
        switch error {
        case let error as NIOConnectionError where error.connectionErrors.isEmpty:
            self.init(code: .unreachable, message: "The name \(origin.host) cannot be resolved.")
        case ChannelError.connectTimeout:
            self.init(code: .timeout, message: "\(origin) could not be connected to in time.")
        default: self.init(code: .unreachable, message: "\(origin) cannot be connected to: \(Self.words(error))")
        }
    }

    /// Why an exchange broke off.
    init(exchanging error: any Error, with origin: Origin) {
        switch error {
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            self.init(code: .tls, message: "\(origin) could not prove itself, or broke TLS: \(error)")
        case is HTTPParserError:
            self.init(code: .disconnected, message: "\(origin) did not keep to HTTP: \(error)")
        default: self.init(code: .disconnected, message: "The connection to \(origin) broke: \(Self.words(error))")
        }
    }

    private static func words(_ error: any Error) -> String {
        guard let error = error as? NIOConnectionError, let first = error.connectionErrors.first else { return "\(error)" }
        return "\(first.error)"
    }
}
