import ClawBase
import NIOCore
import NIOSSL

/// What connections are secured with; made once, for reading the system's authorities takes long.
struct TLSContext: Sendable {
    private let context: NIOSSLContext

    init(_ configuration: NIOTransport.Configuration) throws(TransportError) {
        do {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.applicationProtocols = ["http/1.1"]
            if let authorities = configuration.certificateAuthorities {
                tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(authorities.utf8)))
            }
            context = try NIOSSLContext(configuration: tls)
        } catch {
            throw TransportError(code: .tls, message: "The authorities to trust are no usable PEM: \(error)")
        }
    }

    /// - Throws: where the host can be no server's name.
    func handler(for host: String) throws -> NIOSSLClientHandler {
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }
}
