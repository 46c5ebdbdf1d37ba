import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels

/// Runs `body` against a simulated cluster, without nodes unless some are asked for, whose time stands still until the
/// test lets it pass.
func withVirtualCluster(
    nodes: SimulatedNodes.Configuration? = nil, change: (inout EmbeddedCluster.Options) -> Void = { _ in },
    _ body: @escaping @Sendable (SimulatedCluster) async throws -> Void
) async throws {
    var options = SimulatedCluster.Options()
    options.nodes = nodes
    change(&options.cluster)
    try await SimulatedCluster.run(options) { cluster in
        try await VirtualClock.$current.withValue(cluster.clock) { try await body(cluster) }
    }
}

/// The simulation the test runs in: there a wait lets time pass, retries and all, instead of waiting in earnest.
enum VirtualClock {
    @TaskLocal static var current: SimulationClock?

    /// What may pass while something is waited for.
    private static let patience = Duration.seconds(2)

    /// Lets time pass until something holds; does nothing outside of a simulation.
    static func pass(until isSo: () async throws -> Bool) async throws {
        _ = try await current?.advance(atMost: patience, until: isSo)
    }
}

extension KubernetesAPI {
    /// Waits until a kind's objects are as wanted.
    @discardableResult
    func waitForAll<R: Resource>(
        _ type: R.Type, in namespace: String = "default", labels: [String: String] = [:],
        _ isWanted: @escaping @Sendable ([R]) -> Bool
    ) async throws -> [R] {
        try await VirtualClock.pass { isWanted(try await list(type, in: namespace, labels: labels).items) }
        return try await SystemTime().withDeadline(.seconds(300), "the objects of kind \(R.type.kind)") {
            while true {
                let objects = try await self.list(type, in: namespace, labels: labels).items
                if isWanted(objects) { return objects }
                try await SystemTime().sleep(for: .milliseconds(2))
            }
        }
    }

    /// Does to a pod what its node would do.
    func move(_ pod: Pod, to phase: String, isReady: Bool = false, exitCode: Int? = nil, reason: String? = nil) async throws {
        _ = try await edit(Pod.self, pod.name, in: pod.namespace, subresource: "status") { pod in
            var status = pod.status ?? PodStatus()
            status.phase = phase
            status.conditions.removeAll { $0.type == "Ready" || $0.type == reason }
            status.conditions.append(PodCondition(type: "Ready", status: isReady ? "True" : "False"))
            if let reason { status.conditions.append(PodCondition(type: reason, status: "True")) }
            if let exitCode {
                status.containerStatuses = (pod.spec?.containers ?? []).map { container in
                    ContainerStatus(
                        name: container.name, image: container.image ?? "", imageID: "", ready: false, restartCount: 0,
                        state: ContainerState(terminated: ContainerStateTerminated(exitCode: exitCode)))
                }
            }
            pod.status = status
        }
    }
}
