import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Testing

@Suite("The orchestrator of runtimes, put to the test", .timeLimit(.minutes(15)))
struct RuntimeTrialTests {
    /// What somebody wants of `demo/ada`, one after the other; each as soon as the one before has come true.
    private enum Wish: String, CaseIterable {
        case start, suspend, resume, sleep, wake, restart, stop, again, leave

        /// nil: gone.
        var aim: RuntimePhase? {
            switch self {
            case .start, .resume, .wake, .restart, .again: .ready
            case .suspend, .sleep: .suspended
            case .stop: .stopped
            case .leave: nil
            }
        }

        var next: Wish? { Self.allCases.firstIndex(of: self).flatMap { Self.allCases.dropFirst($0 + 1).first } }

        /// The wish as a patch; nil where it is a deletion.
        var patch: JSON? {
            switch self {
            case .start: nil
            case .suspend: ["spec": ["desiredState": "Suspended"]]
            case .resume, .again: ["spec": ["desiredState": "Running"]]
            case .sleep: ["spec": ["idle": ["afterSeconds": 60]]]
            case .wake: ["metadata": ["annotations": [Runtime.wakeAnnotation: "now"]], "spec": ["idle": ["afterSeconds": 86400]]]
            case .restart: ["metadata": ["annotations": [Runtime.restartAnnotation: "now"]]]
            case .stop: ["spec": ["desiredState": "Stopped"]]
            case .leave: nil
            }
        }

        static let label = "wish"
    }

    private struct Broken: Error { var what: String }

    /// Goes on to the next wish where the present one has come true.
    /// - Returns: whether the last one has.
    private static func live(_ client: KubernetesClient) async throws -> Bool {
        let pods = try await client.list(Pod.self, in: "demo").items
        let living = pods.filter { !["Failed", "Succeeded"].contains($0.status?.phase ?? "") }
        guard living.count <= 1 else { throw Broken(what: "\(living.count) pods at once") }
        let claim = try await client.find(PersistentVolumeClaim.self, "ada-state", in: "demo")
        guard let runtime = try await client.find(Runtime.self, "ada", in: "demo") else {
            guard claim != nil else { throw Broken(what: "the volume is lost") }
            let rest = try await client.list(KubernetesSecret.self, in: "demo").items.filter { $0.name == "ada-runtime" }
            return pods.isEmpty && rest.isEmpty
        }
        let wish = runtime.labels[Wish.label].flatMap(Wish.init) ?? .start
        guard let aim = wish.aim else { return false }
        guard runtime.status.phase == aim, !runtime.hasNewWish else { return false }
        if aim == .ready, living.first?.status?.conditions.first(where: { $0.type == "Ready" })?.status != "True" {
            throw Broken(what: "Ready without a pod that is")
        }
        guard let next = wish.next else { return true }
        if next == .leave {
            _ = try await client.delete(Runtime.self, "ada", in: "demo")
            return false
        }
        var patch = next.patch?.object ?? JSONObject()
        var metadata = patch["metadata"]?.object ?? JSONObject()
        metadata["labels"] = [Wish.label: .string(next.rawValue)]
        patch["metadata"] = .object(metadata)
        _ = try await client.mergePatch(Runtime.self, "ada", in: "demo", .object(patch))
        return false
    }

    private func trial(until goal: @escaping @Sendable (KubernetesClient) async throws -> Bool) -> Trial {
        var trial = Trial("orchestrator") { subject in
            let caches = SharedCaches(subject.client, time: subject.time)
            let orchestrator = Orchestrator(caches: caches, time: subject.time, logger: silent)
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { try await caches.run() }
                group.addTask { try await orchestrator.run() }
            }
        } given: { cluster in
            try await ClawGroup.install(in: cluster.client)
            _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "demo")))
            try await PlatformSettings.publish(Fixture.context, in: cluster.client)
            _ = try await cluster.client.create(
                Runtime(metadata: ObjectMeta(name: "ada", namespace: "demo"), spec: RuntimeSpec(user: "ada")))
        } until: { cluster in
            try await goal(cluster.client)
        }
        trial.options.nodes = SimulatedNodes.Configuration(count: 2) { _ in PodBehavior(imagePull: .seconds(2)) }
        return trial
    }

    private static func isReady(_ client: KubernetesClient) async throws -> Bool {
        try await client.find(Runtime.self, "ada", in: "demo")?.status.phase == .ready
    }

    @Test("a whole life: whenever it is killed, each wish comes true, with one pod at most and the volume kept")
    func crashes() async throws { try await trial(until: Self.live).survivesCrashes(limit: 25) }

    @Test("the same life gets to its end whatever goes wrong between it and the cluster")
    func converges() async throws { try await trial(until: Self.live).converges(seeds: 1...3) }

    @Test("begun anew beside a runtime that is ready, it writes nothing")
    func idempotent() async throws { try await trial(until: Self.isReady).isIdempotent() }

    @Test("the rights it needs are those of its kinds")
    func privileges() async throws {
        let role = try await trial(until: Self.isReady).leastPrivilege()
        let resources = Set(role.rules.flatMap(\.resources))
        #expect(resources.isSuperset(of: ["runtimes", "pods", "persistentvolumeclaims", "modelgrants"]))
        #expect(!resources.contains("*"))
    }
}
