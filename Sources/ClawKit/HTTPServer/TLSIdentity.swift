public import ClawBase
import NIOCore
import NIOSSL

/// What a server shows to its clients: its certificate chain with the key, all as PEM texts.
public struct TLSIdentity: Sendable {
    /// The server's certificate first, then the intermediate ones.
    public var certificateChain: String
    public var key: Secret<String>
    /// Where set, clients are asked for a certificate; they may have none, but one they show must come from here.
    public var clientAuthorities: String?

    /// Asked for the newest certificate.
    private var current: (@Sendable () -> TLSIdentity)?

    public init(certificateChain: String, key: Secret<String>, clientAuthorities: String? = nil) {
        self.certificateChain = certificateChain
        self.key = key
        self.clientAuthorities = clientAuthorities
    }

    /// A server whose certificate changes while it serves: asked at each new connection, so it must answer from memory.
    /// What it answers with is the certificate and key alone; an unusable one leaves the first in place.
    public static func rotating(
        _ current: @escaping @Sendable () -> TLSIdentity
    ) -> TLSIdentity {
        var identity = current()
        identity.current = current
        return identity
    }

    private func override() -> NIOSSLContextConfigurationOverride {
        var override = NIOSSLContextConfigurationOverride()
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(Array(certificateChain.utf8)),
            let key = try? NIOSSLPrivateKey(bytes: Array(key.reveal().utf8), format: .pem)
        else { return override }
        override.certificateChain = chain.map { .certificate($0) }
        override.privateKey = .privateKey(key)
        return override
    }

    func configuration() throws(Finding) -> TLSConfiguration {
        do {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificateChain.utf8))
                    .map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.reveal().utf8), format: .pem)))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            // Who closes need not wait for the other's farewell (RFC 8446, section 6.1), and clients that rest between
            // requests send none: waiting for it would hold up every shutdown.
            configuration.shutdownTimeout = .milliseconds(100)
            if let current {
                configuration.sslContextCallback = { _, promise in promise.succeed(current().override()) }
            }
            if let clientAuthorities {
                configuration.certificateVerification = .optionalVerification
                let roots = try NIOSSLCertificate.fromPEMBytes(Array(clientAuthorities.utf8))
                configuration.trustRoots = .certificates(roots)
                configuration.sendCANameList = true
            }
            return configuration
        } catch {
            throw Finding(
                .badConfig, "The server's certificate or key is not usable PEM (\(error)); check both files.")
        }
    }
}
