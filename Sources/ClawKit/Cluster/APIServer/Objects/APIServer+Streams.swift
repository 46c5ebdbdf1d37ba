import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes

/// exec, attach and port-forward: handed on to the pod's node, which speaks with the client itself.
extension APIServer {
    func exec(_ call: ResourceCall) async throws -> Response {
        let options = try await admitConnection(call)
        return try await command(call, "exec", options, arguments: options.command.map { ("command", $0) })
    }

    func attach(_ call: ResourceCall) async throws -> Response { try await command(call, "attach", try await admitConnection(call), arguments: []) }

    private func command(
        _ call: ResourceCall, _ verb: String, _ options: ConnectOptions, arguments: [(name: String, value: String)]
    ) async throws -> Response {
        let (pod, node) = try scheduledPod(call)
        let container = try container(options.container, of: pod)
        var query = QueryParameters(arguments)
        for (ours, theirs) in [("stdin", "input"), ("stdout", "output"), ("stderr", "error"), ("tty", "tty")]
        where options.isSet(ours) { query[theirs] = "1" }
        guard ["input", "output", "error"].contains(where: query.flag) else {
            throw APIStatus.badRequest("you must specify at least one of stdin, stdout, stderr")
        }
        if query.flag("tty"), query.flag("error") {
            throw APIStatus.badRequest("tty and stderr cannot both be true")
        }
        if verb == "exec", !arguments.contains(where: { !$0.value.isEmpty }) {
            throw APIStatus.badRequest("you must specify at least 1 command for the container")
        }
        return try await stream(call, "/\(verb)/\(call.target.namespace ?? "")/\(call.name)/\(container)", query, node)
    }

    func portForward(_ call: ResourceCall) async throws -> Response {
        let options = try await admitConnection(call)
        let (_, node) = try scheduledPod(call)
        let ports = QueryParameters(options.ports.map { ("ports", "\($0)") })
        return try await stream(call, "/portForward/\(call.target.namespace ?? "")/\(call.name)", ports, node)
    }

    private func stream(
        _ call: ResourceCall, _ path: String, _ query: QueryParameters, _ node: String
    ) async throws -> Response {
        guard call.request.wantsUpgrade else { throw APIStatus.badRequest("Upgrade request required") }
        let headers = HTTPFields(call.request.headers.filter { Self.handshake.contains($0.name.canonicalName) })
        return try await nodes.send(call.request.method, path, query: query, headers: headers, to: node, store: store)
    }

    /// What a node needs of the client's request to agree to the upgrade; above all not who asks.
    private static let handshake: Set<String> = [
        "connection", "upgrade", "sec-websocket-key", "sec-websocket-version", "sec-websocket-protocol",
    ]

    /// The pod, and the node it is on.
    private func scheduledPod(_ call: ResourceCall) throws -> (Pod, String) {
        guard let entry = store.get(call.resource.collection, try call.key()) else {
            throw APIStatus.notFound(call.resource.subject, call.name)
        }
        let pod = Pod(document: entry.object)
        guard let node = pod.spec?.nodeName, !node.isEmpty else {
            throw APIStatus.badRequest("pod \(call.name) does not have a host assigned")
        }
        return (pod, node)
    }

    /// The container asked for; the only one where none is.
    func container(_ asked: String, of pod: Pod) throws -> String {
        let containers =
            (pod.spec?.containers ?? []).map(\.name) + (pod.spec?.initContainers ?? []).map(\.name)
            + (pod.spec?.ephemeralContainers ?? []).map(\.name)
        guard !asked.isEmpty else {
            if let first = containers.first, pod.spec?.containers.count == 1 { return first }
            throw APIStatus.badRequest(
                "a container name must be specified for pod \(pod.name), choose one of: [\(containers.joined(separator: " "))]")
        }
        guard containers.contains(asked) else {
            throw APIStatus.badRequest("container \(asked) is not valid for pod \(pod.name)")
        }
        return asked
    }
}
