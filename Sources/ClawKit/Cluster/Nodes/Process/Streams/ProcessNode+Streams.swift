import ClawBase
import ClawKubernetes
import ClawModels
import HTTPTypes
import Synchronization

/// exec, attach and port-forward, over WebSocket.
extension ProcessNode {
    /// `/exec/NAMESPACE/POD/CONTAINER`
    func exec(_ namespace: String, _ name: String, _ container: String, _ request: Request) -> Response {
        let asked = StreamRequest(request.query)
        guard let worker = worker(namespace, name), let running = worker.running(container) else {
            return Self.notRunning(container)
        }
        guard let subprotocol = StreamRequest.subprotocol(request) else { return Self.noSubprotocol }
        var surroundings = running.spec
        // Without a process namespace nobody is number 1.
        surroundings.environment["CLAW_PROCESS_ID"] = String(running.handle.pid)
        let runner = ExecRunner(planner: worker.planner, container: surroundings, asked: asked)
        return .webSocket(request, subprotocol: subprotocol, messageLimit: RemoteCommandProtocol.messageLimit) {
            try await runner.run($0)
        }
    }

    /// `/attach/NAMESPACE/POD/CONTAINER`
    func attach(_ namespace: String, _ name: String, _ container: String, _ request: Request) -> Response {
        let asked = StreamRequest(request.query)
        guard let running = worker(namespace, name)?.running(container) else { return Self.notRunning(container) }
        guard let subprotocol = StreamRequest.subprotocol(request) else { return Self.noSubprotocol }
        let streams = running.streams
        return .webSocket(request, subprotocol: subprotocol, messageLimit: RemoteCommandProtocol.messageLimit) { socket in
            let connection = CommandConnection(socket, asked)
            try await connection.greet()
            await streams.serve(connection, takesInput: asked.input)
            try await connection.end(CommandOutcome(exitCode: 0).status)
        }
    }

    /// The newest pod of that name: an ending one's successor may bear its name.
    func worker(_ namespace: String, _ name: String) -> PodWorker? {
        workers.withLock { workers in
            workers.values.filter { $0.pod.name == name && $0.pod.namespace == namespace }
                .max { $0.pod.metadata.creationTimestamp ?? "" < $1.pod.metadata.creationTimestamp ?? "" }
        }
    }

    static func notRunning(_ container: String) -> Response {
        APIStatus.internalError("unable to upgrade connection: container not found (\"\(container)\")").response
    }

    static let noSubprotocol = APIStatus.badRequest(
        "the node speaks \(RemoteCommandProtocol.v5) and \(RemoteCommandProtocol.v4) over WebSocket; use a client of "
            + "Kubernetes 1.29 or later"
    ).response
}
