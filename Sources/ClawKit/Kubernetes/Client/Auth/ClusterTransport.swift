import HTTPTypes
import Synchronization

/// The network transport to one API server, with credentials that may change while it is in use.
///
/// Every request asks for its credential; a 401 renews it and asks once more. Where the client certificate or the
/// certificate authorities have changed, new requests go over new connections, and what is under way, watches
/// included, ends on the old ones. Requests for other hosts (absolute URLs) get no credential.
public final class ClusterTransport: Transport {
    private struct Trust: Hashable {
        var authorities: String?
        var identity: CurlTransport.Identity?
    }
    private struct Connections {
        var trust: Trust
        var transport: any Transport
    }
    private struct State {
        var connections: Connections?
        /// Those before, as long as an exchange keeps them.
        var former: [WeakTransport] = []
        var isShutDown = false
    }

    public let access: ClusterAccess
    private let credentials: any Credentials
    private let authorities: RotatingFile?
    private let impersonation: HTTPFields
    private let userAgent: String
    private let connect: @Sendable (CurlTransport.Configuration) -> any Transport
    private let state = Mutex(State())

    /// - Parameters:
    ///   - connect: makes the transport for one set of certificates; tests put their own in its place.
    /// - Throws: ``Finding`` where a file that the access names cannot be read, or the access contradicts itself.
    public init(
        _ access: ClusterAccess, userAgent: String = UserAgent.current, time: some TimeSource = .system,
        connect: @escaping @Sendable (CurlTransport.Configuration) -> any Transport = { CurlTransport($0) }
    ) throws {
        self.access = access
        self.userAgent = userAgent
        self.connect = connect
        credentials = try access.makeCredentials(time: time, connect: connect)
        authorities = try access.certificateAuthorityFile.map { try .pem($0, time: time) }
        impersonation = try access.impersonation?.headers() ?? [:]
    }

    public func send(_ request: Request) async throws -> Response {
        guard request.head.authority == nil || request.head.scheme == nil else {
            return try await transport(for: Credential()).send(request)
        }
        // Somebody has put his own credentials; they are not ours to renew.
        guard !request.headers.contains(.authorization) else {
            return try await transport(for: Credential()).send(request)
        }
        let credential = try await credentials.credential()
        let response = try await send(request, as: credential)
        guard response.status == .unauthorized, request.canBeSentAgain, try await credentials.renew(after: credential)
        else { return response }
        return try await send(request, as: try await credentials.credential())
    }

    private func send(_ request: Request, as credential: Credential) async throws -> Response {
        var request = request
        if let authorization = credential.authorization {
            guard access.keepsSecrets else {
                throw Finding(
                    .credentials,
                    "\(access.server) is not https, and credentials must not go in clear over a network; use https.",
                    field: "server")
            }
            request.headers[.authorization] = authorization.reveal()
        }
        // A request that names somebody itself means him, and nobody's groups but his.
        if !request.headers.contains(Impersonation.userHeader) { request.headers.append(contentsOf: impersonation) }
        return try await transport(for: credential).send(request)
    }

    private func transport(for credential: Credential) throws -> any Transport {
        let trust = Trust(
            authorities: authorities?.text ?? access.certificateAuthority, identity: credential.identity)
        return try state.withLock { state in
            guard !state.isShutDown else {
                throw TransportError(code: .closed, message: "The transport was shut down.")
            }
            if let connections = state.connections {
                if connections.trust == trust { return connections.transport }
                state.former.removeAll { $0.transport == nil }
                if let old = connections.transport as? CurlTransport { state.former.append(WeakTransport(old)) }
            }
            let transport = connect(configuration(trust))
            state.connections = Connections(trust: trust, transport: transport)
            return transport
        }
    }

    private func configuration(_ trust: Trust) -> CurlTransport.Configuration {
        var configuration = CurlTransport.Configuration(
            baseURL: access.server, proxy: access.proxy?.reveal(), userAgent: userAgent,
            decodesGzip: !access.disablesCompression)
        configuration.tls.verify = !access.skipsTLSVerification
        configuration.tls.certificateAuthorities = trust.authorities
        configuration.tls.serverName = access.tlsServerName
        configuration.tls.identity = trust.identity
        return configuration
    }

    /// Ends every exchange and closes all connections; later requests are refused. Without it the same happens,
    /// unawaited, when the transport and the bodies it gave out are released.
    public func shutdown() async {
        let open = state.withLock { state in
            state.isShutDown = true
            defer { (state.connections, state.former) = (nil, []) }
            return state.former.compactMap(\.transport) + [state.connections?.transport as? CurlTransport].compactMap { $0 }
        }
        for transport in open { await transport.shutdown() }
    }
}

private struct WeakTransport: Sendable {
    weak let transport: CurlTransport?
    init(_ transport: CurlTransport) { self.transport = transport }
}
