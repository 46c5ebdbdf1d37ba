import HTTPTypes

/// What is done to pods beside reading and writing them.
extension KubernetesAPI {
    /// Deletes a pod unless a disruption budget forbids it just now.
    /// <https://kubernetes.io/docs/concepts/scheduling-eviction/api-eviction/>
    /// - Throws: ``KubernetesError`` with ``KubernetesError/isBlockedByBudget``: try again later.
    public func evict(
        _ pod: String, in namespace: String? = nil, gracePeriodSeconds: Int? = nil, uid: String? = nil
    ) async throws {
        let options = DeleteOptions(nil, gracePeriodSeconds: gracePeriodSeconds, uid: uid)
        let eviction = Eviction(
            metadata: ObjectMeta(name: pod, namespace: namespace), deleteOptions: options)
        _ = try await document(
            for: .object(
                .post, Pod.type, pod, in: namespace, subresource: "eviction", body: .object(eviction.document)))
    }

    /// Puts a pod that waits for a node on one: what schedulers do.
    /// - Throws: ``KubernetesError`` with `isConflict` where the pod has a node or is being deleted.
    public func bind(_ pod: String, in namespace: String? = nil, toNode node: String) async throws {
        let binding = Binding(
            metadata: ObjectMeta(name: pod, namespace: namespace),
            target: ObjectReference(apiVersion: "v1", kind: "Node", name: node))
        _ = try await document(
            for: .object(
                .post, Pod.type, pod, in: namespace, subresource: "binding", body: .object(binding.document)))
    }

    /// Adds a container to a running pod, for a look around. It cannot be changed or removed again.
    /// <https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/>
    public func addEphemeralContainer(
        _ container: EphemeralContainer, to pod: String, in namespace: String? = nil
    ) async throws -> Pod {
        try await patch(
            Pod.self, pod, in: namespace, subresource: "ephemeralcontainers",
            .strategic(["spec": ["ephemeralContainers": [.object(container.document)]]]))
    }

    /// Changes what a running container may use, where possible without restarting it. Amounts that are not named
    /// stay as they are.
    /// <https://kubernetes.io/docs/tasks/configure-pod-container/resize-container-resources/>
    public func resize(
        _ pod: String, in namespace: String? = nil, container: String, requests: [String: Quantity] = [:],
        limits: [String: Quantity] = [:]
    ) async throws -> Pod {
        let resources = ResourceRequirements(limits: limits, requests: requests)
        return try await patch(
            Pod.self, pod, in: namespace, subresource: "resize",
            .strategic([
                "spec": ["containers": [["name": .string(container), "resources": .object(resources.document)]]]
            ]))
    }
}

extension KubernetesError {
    /// A disruption budget does not allow the eviction now.
    public var isBlockedByBudget: Bool { code == 429 && causes.contains { $0.reason == "DisruptionBudget" } }
}
