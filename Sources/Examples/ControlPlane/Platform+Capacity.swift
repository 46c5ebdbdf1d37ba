import ClawKit
import ExampleSupport
import ServiceLifecycle

extension Platform {
    /// The listener for capacity that is trusted by mutual TLS.
    /// - Parameter bound: is told where capacity calls, once that is known.
    func capacityDoor(
        _ listen: ListenAddress, _ api: KubernetesClient, _ controlPlane: some Handler, bound: Latch<CapacityDoor?>
    ) async throws -> any ServiceLifecycle.Service {
        let authority = try await CapacityAuthority.open(in: api, time: time)
        let configured = settings.configuration.platform.server.capacityURL
        // What is behind the scheme, without its port: an address in brackets keeps its colons.
        let name = configured.map { url in
            let rest = url.dropFirst("https://".count)
            return String(rest.prefix { $0 != ":" })
        }
        let hosts = Set(["127.0.0.1", "localhost", "::1", listen.host, name ?? listen.host]).sorted()
        let first = try authority.serverIdentity(hosts: hosts)
        let tls = TLSIdentity.rotating {
            // What it was a moment ago holds for half a day more.
            let issued = (try? authority.serverIdentity(hosts: hosts)) ?? first
            return TLSIdentity(
                certificateChain: issued.certificatePEM, key: issued.keyPEM, clientAuthorities: authority.membersPEM)
        }
        let server = HTTPServer(listen: listen, tls: tls, limits: .init(bodyBytes: 64 << 10), logger: settings.logger)
        let door = CapacityDoor(url: "", authority: authority)
        return server.service(
            door.handler(before: controlPlane),
            onBound: { bound.set(CapacityDoor(url: configured ?? "https://\($0)", authority: authority)) })
    }
}
