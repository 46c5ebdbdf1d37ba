public import ClawBase
import ClawCertificates
import ClawKubernetes
import ClawResources
import HTTPTypes
import Synchronization

/// The way to enrolled capacity: with the platform's own certificate, and to nobody but its holder of today, where it is
/// trusted by mutual TLS; else by the platform's usual network.
final class CapacityNetwork: Sendable {
    /// Each has a thread and connections of its own; who was not called for longest is connected to anew.
    private static let mostKept = 256

    private struct Way: Sendable {
        let serial: Timestamp
        let transport: any Transport
    }

    private let usual: any Transport
    private let api: any KubernetesAPI
    private let time: any TimeSource
    private let connect: @Sendable (CurlTransport.Configuration) -> any Transport
    private let fence: @Sendable (any Transport) -> any Transport
    private let authority = Mutex<CapacityAuthority?>(nil)
    /// By endpoint and server name: another enrolment is another name.
    private let ways = Mutex(BoundedMap<String, Way>(capacity: mostKept))

    /// - Parameter fence: closes every way where this process may not use it.
    init(
        _ usual: some Transport, api: some KubernetesAPI, time: any TimeSource,
        fence: @escaping @Sendable (any Transport) -> any Transport = { $0 },
        connect: @escaping @Sendable (CurlTransport.Configuration) -> any Transport = { CurlTransport($0) }
    ) {
        (self.usual, self.api, self.time, self.fence, self.connect) = (usual, api, time, fence, connect)
    }

    /// - Parameter request: for a path of the capacity, at its own address.
    /// - Throws: ``TransportError`` (`tls`) where somebody else answers; ``Finding`` (`E_CAPACITY_ADDRESS`,
    ///   `E_CAPACITY_TRUST`).
    func send(_ request: Request, to capacity: RemoteCapacity) async throws -> Response {
        // Looked at each time: the object may have been written by hand.
        let address = try CapacityAddress(capacity.spec.endpoint)
        switch capacity.status.trust {
        case .revoked: throw Finding.trustRevoked
        case .token, nil:
            guard !capacity.spec.mutualTLS else { throw Finding.needsMutualTLS }
            return try await fence(usual).send(request)
        case .mutualTLS:
            var request = request
            (request.head.scheme, request.head.authority) = (nil, nil)
            return try await fence(way(to: capacity, at: address)).send(request)
        }
    }

    private func way(to capacity: RemoteCapacity, at address: CapacityAddress) async throws -> any Transport {
        guard address.scheme == "https" else { throw Finding.needsMutualTLS }
        let authority = try await opened()
        let identity = try authority.clientIdentity()
        let key = "\(address.authority) \(capacity.serverName)"
        return ways.withLock { ways in
            if let known = ways.find(key), known.serial == identity.notAfter { return known.transport }
            let transport = connect(
                CurlTransport.Configuration(
                    baseURL: "https://\(address.authority)",
                    tls: CurlTransport.TLS(
                        certificateAuthorities: authority.membersPEM,
                        identity: .init(certificate: identity.certificatePEM, key: identity.keyPEM),
                        serverName: capacity.serverName)))
            ways.set(Way(serial: identity.notAfter, transport: transport), for: key)
            return transport
        }
    }

    private func opened() async throws -> CapacityAuthority {
        if let known = authority.withLock({ $0 }) { return known }
        let found = try await CapacityAuthority.open(in: api, time: time)
        return authority.withLock { kept in
            kept = kept ?? found
            return kept ?? found
        }
    }
}

extension Finding {
    static let trustRevoked = Finding(
        .capacityTrust, "An administrator has taken the trust in this capacity back; enrol it again.")
    static let needsMutualTLS = Finding(
        .capacityTrust, "This capacity is trusted by mutual TLS only, at an https endpoint; enrol it so.",
        field: "certificateRequest")
}

extension FindingCode {
    /// Capacity is not trusted in this way.
    public static let capacityTrust = FindingCode(rawValue: "E_CAPACITY_TRUST")
}
