import ClawBase
import ClawCertificates
import ClawResources
import Synchronization

/// The ways to servers of secrets: the usual one, and one for each authority that a store names.
final class VaultNetwork: Sendable {
    /// Each has a thread and connections of its own; who was not called for longest is connected to anew.
    private static let mostKept = 32
    private static let beginning = "-----BEGIN CERTIFICATE-----"
    private static let end = "-----END CERTIFICATE-----"

    private let usual: any Transport
    private let connect: @Sendable (CurlTransport.Configuration) -> any Transport
    private let fence: @Sendable (any Transport) -> any Transport
    private let ways = Mutex(BoundedMap<String, any Transport>(capacity: mostKept))

    /// - Parameter fence: closes every way where this process may not use it.
    init(
        _ usual: some Transport, fence: @escaping @Sendable (any Transport) -> any Transport = { $0 },
        connect: @escaping @Sendable (CurlTransport.Configuration) -> any Transport = { CurlTransport($0) }
    ) {
        (self.usual, self.fence, self.connect) = (usual, fence, connect)
    }

    func way(to server: VaultConnection) -> any Transport { fence(open(to: server)) }

    private func open(to server: VaultConnection) -> any Transport {
        guard let authorities = server.caCertificate else { return usual }
        return ways.withLock { ways in
            if let known = ways.find(authorities) { return known }
            let made = connect(.init(tls: .init(certificateAuthorities: authorities)))
            ways.set(made, for: authorities)
            return made
        }
    }

    /// Whether a text is certificates and nothing else that would be taken for one.
    static func areCertificates(_ text: String) -> Bool {
        let parts = text.components(of: beginning).dropFirst()
        return !parts.isEmpty
            && parts.allSatisfy { part in
                guard let last = part.firstRange(of: end) else { return false }
                return (try? SignedCertificate(certificatePEM: beginning + part[..<last.upperBound] + "\n")) != nil
            }
    }
}

extension String {
    fileprivate func components(of separator: String) -> [Substring] {
        var (parts, rest) = ([Substring](), self[...])
        while let range = rest.firstRange(of: separator) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts + [rest]
    }
}
