import ClawModels

/// A port of the node that a pod takes for itself.
struct HostPort: Hashable, Sendable {
    let address: String
    let transport: String
    let number: Int

    private static let everywhere = "0.0.0.0"

    func collides(with other: HostPort) -> Bool {
        number == other.number && transport == other.transport
            && (address == other.address || address == Self.everywhere || other.address == Self.everywhere)
    }
}

extension Pod {
    /// The node's ports that its containers, sidecars included, ask for.
    var hostPorts: [HostPort] {
        let sidecars = (spec?.initContainers ?? []).filter { $0.restartPolicy == "Always" }
        return ((spec?.containers ?? []) + sidecars).flatMap { container in
            container.ports.compactMap { port in
                guard let number = port.hostPort, number > 0 else { return nil }
                let address = port.hostIP ?? ""
                return HostPort(
                    address: address.isEmpty ? "0.0.0.0" : address, transport: port.protocol ?? "TCP", number: number)
            }
        }
    }
}
