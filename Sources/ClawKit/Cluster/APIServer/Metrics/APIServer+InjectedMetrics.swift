import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import Synchronization

/// The same API with figures that were injected instead of measured.
extension APIServer {
    /// From now on the figures come from there.
    func serveMetrics(from source: any UsageSource) {
        metricsSource.withLock { $0 = source }
        serveMetrics()
    }

    func podMetrics(_ pods: [JSONObject], _ source: any UsageSource) async throws -> [JSONObject] {
        var items: [JSONObject] = []
        for pod in pods {
            guard let usage = try await source.usage(of: Pod(document: pod)) else { continue }
            items.append(
                PodMetrics(
                    metadata: metadata(of: pod), timestamp: (usage.timestamp ?? time.now).rfc3339(),
                    window: "\(usage.window.components.seconds)s",
                    containers: usage.containers.sorted { $0.key < $1.key }.map {
                        ContainerMetrics(name: $0.key, usage: $0.value)
                    }
                ).document)
        }
        return items
    }

    /// A node uses what its pods use.
    func nodeMetrics(_ filter: ObjectFilter, _ source: any UsageSource) async throws -> [JSONObject] {
        var used: [String: [String: [Quantity]]] = [:]
        for document in store.list(.init(group: "", plural: "pods"), namespace: nil).objects {
            let pod = Pod(document: document)
            guard let node = pod.spec?.nodeName, pod.phase == "Running", let usage = try await source.usage(of: pod)
            else {
                continue
            }
            for (name, amount) in usage.containers.values.flatMap({ $0 }) {
                used[node, default: [:]][name, default: []].append(amount)
            }
        }
        return store.list(.init(group: "", plural: "nodes"), namespace: nil).objects.filter(filter.matches).map {
            node in
            let amounts = (used[node.objectName] ?? [:]).compactMapValues { $0.sum() }
            return NodeMetrics(
                metadata: metadata(of: node), timestamp: time.now.rfc3339(), window: "30s",
                usage: ["cpu": .zero, "memory": .zero].merging(amounts) { $1 }
            ).document
        }
    }
}
