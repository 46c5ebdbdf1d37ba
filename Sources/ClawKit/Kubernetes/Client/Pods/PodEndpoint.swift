/// Where one port of a pod is reached from this machine or network.
///
/// Pods of a process node share the host's network, so the node picks a free port for each declared one and writes
/// the choice into the pod's ``portAnnotation``. Pods of every other node listen on their own address.
public struct PodEndpoint: Sendable, Hashable {
    public var host: String
    public var port: Int

    public init(host: String, port: Int) { (self.host, self.port) = (host, port) }

    /// A JSON object in an annotation: the port's name (its number where it has none) to the port in use.
    public static let portAnnotation = "process.clawkit.dev/ports"

    /// Resolves a port by number or by name; nil where the pod has no address yet or no port of that name.
    public init?(of pod: Pod, port: IntOrString) {
        guard let host = pod.status?.podIP, !host.isEmpty else { return nil }
        let declared = (pod.spec?.containers ?? []).flatMap(\.ports).first { declared in
            switch port {
            case .int(let number): declared.containerPort == number
            case .string(let name): declared.name == name
            }
        }
        let number: Int
        switch (declared, port) {
        case (let declared?, _):
            number = Self.ports(of: pod)[Self.key(of: declared)] ?? declared.containerPort
        case (nil, .int(let plain)): number = plain
        case (nil, .string): return nil
        }
        self.init(host: host, port: number)
    }

    /// What the annotation calls a port.
    public static func key(of port: ContainerPort) -> String {
        if let name = port.name, !name.isEmpty { name } else { String(port.containerPort) }
    }

    /// The annotation's content; empty where it is missing or damaged.
    public static func ports(of pod: Pod) -> [String: Int] {
        guard let text = pod.annotations[portAnnotation],
            let object = try? JSONParser.parse(Array(text.utf8)).object
        else { return [:] }
        var ports: [String: Int] = [:]
        for (name, value) in object { ports[name] = value.integer.flatMap { Int(exactly: $0) } }
        return ports
    }
}

extension Pod {
    /// Where one of this pod's ports is reached: ``PodEndpoint``.
    public func endpoint(port: IntOrString) -> PodEndpoint? { PodEndpoint(of: self, port: port) }
}
