import ClawBase
import ClawKubernetes
import ClawModels
import HTTPTypes

extension ProcessNode {
    /// `/portForward/NAMESPACE/POD`
    func portForward(_ namespace: String, _ name: String, _ request: Request) -> Response {
        guard let worker = worker(namespace, name) else { return Self.notRunning(name) }
        let connect: @Sendable (Int) async throws -> any ByteChannel = { port in
            try await LoopbackSocket.connect(try Self.target(port, of: worker.pod))
        }
        let offered = request.webSocketSubprotocols
        if offered.contains(SPDYPortForward.subprotocol) {
            return .webSocket(
                request, subprotocol: SPDYPortForward.subprotocol, messageLimit: RemoteCommandProtocol.messageLimit
            ) { try await SPDYPortForward($0, connect: connect).run() }
        }
        guard offered.contains(RemoteCommandProtocol.v4) else { return Self.noSubprotocol }
        let ports = request.query.items.filter { $0.name == "ports" }.flatMap { $0.value.split(separator: ",") }
            .map { Int($0) ?? 0 }
        guard !ports.isEmpty, ports.count <= 100, ports.allSatisfy((1...65535).contains) else {
            return APIStatus.badRequest("query parameter \"ports\" must name ports between 1 and 65535").response
        }
        return .webSocket(
            request, subprotocol: RemoteCommandProtocol.v4, messageLimit: RemoteCommandProtocol.messageLimit
        ) { try await ChannelPortForward(socket: $0, ports: ports, connect: connect).run() }
    }

    /// Where a declared port really listens. Others are refused: the pods' loopback is the machine's own, and who may
    /// reach a pod may not reach that.
    private static func target(_ port: Int, of pod: Pod) throws -> Int {
        let declared = (pod.spec?.containers ?? []).flatMap(\.ports).first { $0.containerPort == port }
        guard let declared, let target = PodEndpoint.ports(of: pod)[PodEndpoint.key(of: declared)] else {
            throw Finding(
                .badRequest, "pod \(pod.name) declares no port \(port), and process nodes forward declared ports only")
        }
        return target
    }
}
