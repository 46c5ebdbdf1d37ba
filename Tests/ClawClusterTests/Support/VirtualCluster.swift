import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels

/// Runs `body` against a cluster whose time stands still but for retries: delays up to a quarter of a second pass by
/// themselves, longer ones when the test lets them.
func withVirtualCluster(
    change: (inout EmbeddedCluster.Options) -> Void = { _ in },
    _ body: @escaping @Sendable (EmbeddedCluster, VirtualTime) async throws -> Void
) async throws {
    let clock = VirtualTime()
    try await withCluster(time: clock, change: change) { cluster in
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                while true {
                    try await SystemTime().sleep(for: .milliseconds(5))
                    let now = clock.now
                    if let next = clock.nextWake, next <= now + .milliseconds(250) { clock.advance(by: next - now) }
                }
            }
            group.addTask {
                try await body(cluster, clock)
                return true
            }
            defer { group.cancelAll() }
            while let isDone = try await group.next() { if isDone { return } }
        }
    }
}

extension EmbeddedCluster {
    /// Lets virtual time pass, from one thing that is due to the next; in between everything comes to rest.
    func pass(_ duration: Duration, of clock: VirtualTime, step: Duration = .seconds(1)) async throws {
        let end = clock.now + duration
        while clock.now < end {
            try await rest()
            let next = max(clock.nextWake ?? end, clock.now + step)
            clock.advance(by: min(next, end) - clock.now)
        }
        try await rest()
    }

    /// Waits until nobody has written anything for a moment.
    func rest() async throws {
        try await SystemTime().withDeadline(.seconds(60), "coming to rest") {
            var (last, quiet): (String?, Int) = (nil, 0)
            while quiet < 5 {
                let version = try await self.client.list(PriorityClass.self).metadata.resourceVersion
                quiet = version == last ? quiet + 1 : 0
                last = version
                try await SystemTime().sleep(for: .milliseconds(3))
            }
        }
    }
}

extension KubernetesAPI {
    /// Waits until a kind's objects are as wanted.
    @discardableResult
    func waitForAll<R: Resource>(
        _ type: R.Type, in namespace: String = "default", labels: [String: String] = [:],
        _ isWanted: @escaping @Sendable ([R]) -> Bool
    ) async throws -> [R] {
        try await SystemTime().withDeadline(.seconds(60), "the objects of kind \(R.type.kind)") {
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
