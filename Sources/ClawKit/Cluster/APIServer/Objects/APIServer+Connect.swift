import ClawBase
import ClawDocuments
import ClawModels

/// What a connection to a pod or node is opened with: `PodExecOptions` and its like. Admission may look at it, refuse
/// it, and change it.
/// <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#request> (`CONNECT`)
struct ConnectOptions: Sendable {
    let document: JSONObject

    /// As asked for in the request's parameters.
    init(_ call: ResourceCall, _ subresource: ServedResource.Subresource) {
        var document: JSONObject = ["kind": .string(subresource.kind), "apiVersion": .string(subresource.apiVersion)]
        switch subresource.name {
        case "portforward":
            let ports = call.query.items.filter { $0.name == "ports" }.flatMap { $0.value.split(separator: ",") }
            if !ports.isEmpty { document["ports"] = .array(ports.compactMap { Int64($0).map(JSON.integer) }) }
        case "proxy":
            if !call.target.rest.isEmpty { document["path"] = .string(call.target.rest.joined(separator: "/")) }
        default:
            for name in ["stdin", "stdout", "stderr", "tty"] where call.query.flag(name) { document[name] = true }
            if let container = call.query["container"], !container.isEmpty { document["container"] = .string(container) }
            if subresource.name == "exec" {
                let command = call.query.items.filter { $0.name == "command" }.map { JSON.string($0.value) }
                document["command"] = command.isEmpty ? .null : .array(command)
            }
        }
        self.document = document
    }

    init(_ document: JSONObject) { self.document = document }

    func isSet(_ name: String) -> Bool { document[name]?.bool == true }
    var container: String { document.string("container") ?? "" }
    var command: [String] { document.strings("command") }
    var ports: [Int64] { document.values("ports").compactMap(\.integer) }
}

extension APIServer {
    /// Lets admission look at a connection before it is opened.
    /// - Returns: with what it is to be opened.
    func admitConnection(_ call: ResourceCall) async throws -> ConnectOptions {
        guard let name = call.target.subresource, let subresource = call.resource.served.subresource(name) else {
            throw APIStatus.noSuchPath
        }
        if call.isDryRun { throw APIStatus.badRequest("dryRun is not supported") }
        var document = ConnectOptions(call, subresource).document
        // The kind is that of the options; the resource is still the pod.
        var type = call.resource.type
        type.kind = subresource.kind
        let request = AdmissionRequest(.connect, call, type: type, old: nil, store: store, time: time)
        try await admission.admit(&document, request)
        try await admission.validate(document, request)
        return ConnectOptions(document)
    }
}
