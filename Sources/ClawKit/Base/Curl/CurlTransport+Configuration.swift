public import HTTPTypes

extension CurlTransport {
    /// How a transport connects, and what it adds to each request.
    public struct Configuration: Sendable {
        /// Where requests with a bare path go: `https://host:port`, with a path prefix if need be.
        public var baseURL: String?
        public var tls: TLS
        /// `http://host:port` or `socks5h://host:port`. nil: none; the environment's proxies are never used.
        public var proxy: String?
        public var userAgent: String
        /// Added where a request does not set them itself, and only on the way to the ``baseURL`` where there is
        /// one: credentials in them must not reach other hosts.
        public var defaultHeaders: HTTPFields
        public var httpVersion: HTTPVersion
        /// Connects to this socket file in place of the URL's host.
        public var unixSocket: String?
        /// How long name resolution, TCP and TLS together may take.
        public var connectTimeout: Duration
        /// How many unread bytes of one response are kept before its connection is paused.
        public var bufferLimit: Int
        /// Asks for gzip and decodes it. Off: bodies arrive as sent.
        public var decodesGzip: Bool

        public init(
            baseURL: String? = nil, tls: TLS = TLS(), proxy: String? = nil, userAgent: String = "clawkit",
            defaultHeaders: HTTPFields = [:], httpVersion: HTTPVersion = .automatic, unixSocket: String? = nil,
            connectTimeout: Duration = .seconds(10), bufferLimit: Int = 256 * 1024, decodesGzip: Bool = false
        ) {
            self.baseURL = baseURL
            self.tls = tls
            self.proxy = proxy
            self.userAgent = userAgent
            self.defaultHeaders = defaultHeaders
            self.httpVersion = httpVersion
            self.unixSocket = unixSocket
            self.connectTimeout = connectTimeout
            self.bufferLimit = bufferLimit
            self.decodesGzip = decodesGzip
        }
    }

    public struct HTTPVersion: Sendable, Hashable {
        enum Choice { case automatic, http1 }
        let choice: Choice
        /// HTTP/2 over TLS where the server offers it, HTTP/1.1 otherwise.
        public static let automatic = HTTPVersion(choice: .automatic)
        public static let http1 = HTTPVersion(choice: .http1)
    }

    /// Whom to trust, and as whom to appear. All PEM texts, never file names.
    public struct TLS: Sendable {
        /// Off only where somebody asked for it by name (`insecure-skip-tls-verify`).
        public var verify: Bool
        /// The certificates to trust; nil: the system's.
        public var certificateAuthorities: String?
        public var identity: Identity?
        /// The name the server's certificate must carry, where it is not the URL's host (base URL only).
        public var serverName: String?

        public init(
            verify: Bool = true, certificateAuthorities: String? = nil, identity: Identity? = nil,
            serverName: String? = nil
        ) {
            self.verify = verify
            self.certificateAuthorities = certificateAuthorities
            self.identity = identity
            self.serverName = serverName
        }
    }

    /// A client certificate (chain) with its key.
    public struct Identity: Sendable, Hashable {
        public var certificate: String
        public var key: Secret<String>

        public init(certificate: String, key: Secret<String>) {
            self.certificate = certificate
            self.key = key
        }
    }
}
