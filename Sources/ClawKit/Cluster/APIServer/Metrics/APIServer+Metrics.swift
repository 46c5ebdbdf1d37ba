import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Synchronization

/// What nodes and pods use right now (`metrics.k8s.io`), asked of the nodes when somebody asks: what metrics-server
/// does in a real cluster. Served as soon as a node is connected that can tell.
/// <https://kubernetes.io/docs/tasks/debug/debug-cluster/resource-metrics-pipeline/>
extension APIServer {
    /// Begins to serve the API.
    func serveMetrics() {
        for type in [NodeMetrics.type, PodMetrics.type] {
            let served = ServedResource(type: type, verbs: ["get", "list"])
            registry.setCustom(
                [RegisteredResource(served: served, shape: .builtIn(schema: nil))], group: type.group,
                plural: type.plural)
        }
    }

    func metrics(_ call: ResourceCall) async throws -> Response {
        guard call.request.method == .get else { throw APIStatus.methodNotAllowed }
        if call.target.name != nil, call.resource.type.isNamespaced { _ = try call.key() }
        let filter = try ObjectFilter(call)
        let items = try await call.resource.type.isNamespaced ? podMetrics(call, filter) : nodeMetrics(filter)
        guard call.target.name != nil else {
            return .document([
                "kind": .string("\(call.resource.type.kind)List"), "apiVersion": .string(call.resource.type.apiVersion),
                "metadata": [:], "items": .array(items.map { .object($0) }),
            ])
        }
        guard let item = items.first else {
            let name = call.namespace.map { "\($0)/\(call.name)" } ?? call.name
            throw APIStatus.notFound(call.resource.subject, name)
        }
        return .document(item)
    }

    private func nodeMetrics(_ filter: ObjectFilter) async throws -> [JSONObject] {
        if let source = metricsSource.withLock({ $0 }) { return try await nodeMetrics(filter, source) }
        var items: [JSONObject] = []
        for node in store.list(.init(group: "", plural: "nodes"), namespace: nil).objects where filter.matches(node) {
            guard let summary = await summary(of: node.objectName) else { continue }
            items.append(
                NodeMetrics(
                    metadata: metadata(of: node), timestamp: time.now.rfc3339(), window: Self.window,
                    usage: Self.usage(summary["node"])
                ).document)
        }
        return items
    }

    private func podMetrics(_ call: ResourceCall, _ filter: ObjectFilter) async throws -> [JSONObject] {
        let pods = store.list(.init(group: "", plural: "pods"), namespace: call.namespace).objects.filter {
            filter.matches($0) && $0[.status]?["phase"]?.string == "Running"
        }
        if let source = metricsSource.withLock({ $0 }) { return try await podMetrics(pods, source) }
        var containers: [String: [JSON]] = [:]
        for node in Set(pods.compactMap { $0[.spec]?["nodeName"]?.string }).sorted() {
            for pod in await summary(of: node)?["pods"]?.array ?? [] {
                containers[pod["podRef"]?["uid"]?.string ?? ""] = pod["containers"]?.array ?? []
            }
        }
        return pods.compactMap { pod in
            guard let found = containers[pod.metadataString(.uid) ?? ""], !found.isEmpty else { return nil }
            return PodMetrics(
                metadata: metadata(of: pod), timestamp: time.now.rfc3339(), window: Self.window,
                containers: found.map { ContainerMetrics(name: $0["name"]?.string ?? "", usage: Self.usage($0)) }
            ).document
        }
    }

    /// A node that cannot tell is left out.
    private func summary(of node: String) async -> JSON? {
        guard
            let response = try? await nodes.send(
                .get, "/stats/summary", query: QueryParameters([]), to: node, store: store),
            response.status == .ok
        else { return nil }
        if let value = response.body.value as? JSON { return value }
        return try? JSONParser.parse(try await response.body.collect(limit: 16 << 20))
    }

    private static let window = "10s"

    private static func usage(_ entry: JSON?) -> [String: Quantity] {
        let cores = entry?["cpu"]?["usageNanoCores"]?.integer ?? 0
        let bytes = entry?["memory"]?["workingSetBytes"]?.integer ?? 0
        return ["cpu": Quantity("\(cores)n") ?? .zero, "memory": Quantity("\(bytes / 1024)Ki") ?? .zero]
    }

    func metadata(of object: JSONObject) -> ObjectMeta {
        ObjectMeta(
            name: object.objectName, namespace: object.objectNamespace.isEmpty ? nil : object.objectNamespace,
            labels: object[.metadata]?.object?.stringMap(.labels) ?? [:], creationTimestamp: time.now.rfc3339())
    }
}
