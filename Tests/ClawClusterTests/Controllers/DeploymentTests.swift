import ClawBase
import ClawKubernetes
import ClawModels
import Testing

@testable import ClawCluster

@Suite("Deployments")
struct DeploymentTests {
    private static func deployment(
        replicas: Int, image: String = "web:1", strategy: DeploymentStrategy? = nil, history: Int? = nil
    ) -> Deployment {
        let labels = ["app": "web"]
        return Deployment(
            metadata: ObjectMeta(name: "web", namespace: "default"),
            spec: DeploymentSpec(
                selector: LabelSelector(matchLabels: labels),
                template: PodTemplateSpec(
                    metadata: ObjectMeta(labels: labels),
                    spec: PodSpec(containers: [Container(name: "main", image: image)])),
                replicas: replicas, revisionHistoryLimit: history, strategy: strategy))
    }

    private static func isDone(_ deployment: Deployment) -> Bool {
        let (status, replicas) = (deployment.status, deployment.spec?.replicas ?? 1)
        return status?.observedGeneration == deployment.metadata.generation
            && (status?.updatedReplicas ?? 0) == replicas && (status?.replicas ?? 0) == replicas
            && (status?.availableReplicas ?? 0) == replicas
    }

    @Test("a first template, another one, and the first again: one set for each, revisions count on")
    func revisions() async throws {
        try await withSimulatedNodes(.init(count: 3)) { client in
            _ = try await client.create(Self.deployment(replicas: 4))
            var images: [String] = []
            for (image, revision) in [("web:1", "1"), ("web:2", "2"), ("web:1", "3")] {
                _ = try await client.edit(Deployment.self, "web", in: "default") {
                    $0.spec?.template.spec?.containers[0].image = image
                }
                let done = try await client.waitFor(Deployment.self, "web", in: "default") {
                    Self.isDone($0) && $0.metadata.annotations["deployment.kubernetes.io/revision"] == revision
                }
                #expect(done.status?.conditions.first { $0.type == "Progressing" }?.reason == "NewReplicaSetAvailable")
                #expect(done.status?.conditions.first { $0.type == "Available" }?.status == "True")
                let pods = try await client.list(Pod.self, in: "default", labels: ["app": "web"]).items
                images += Set(pods.filter(\.isActive).compactMap { $0.spec?.containers.first?.image })
            }
            #expect(images == ["web:1", "web:2", "web:1"])
            #expect(try await client.list(ReplicaSet.self, in: "default").items.count == 2)
        }
    }

    @Test("scaled, paused and taken up again, it follows; old sets beyond the history go")
    func changes() async throws {
        try await withSimulatedNodes(.init(count: 3)) { client in
            _ = try await client.create(Self.deployment(replicas: 2, history: 1))
            try await client.waitFor(Deployment.self, "web", in: "default", Self.isDone)
            _ = try await client.edit(Deployment.self, "web", in: "default") {
                $0.spec?.replicas = 5
                $0.spec?.paused = true
                $0.spec?.template.spec?.containers[0].image = "web:2"
            }
            try await client.waitFor(Deployment.self, "web", in: "default") { $0.status?.availableReplicas == 5 }
            let pods = try await client.list(Pod.self, in: "default", labels: ["app": "web"]).items
            #expect(pods.allSatisfy { $0.spec?.containers.first?.image == "web:1" })
            _ = try await client.edit(Deployment.self, "web", in: "default") { $0.spec?.paused = nil }
            try await client.waitFor(Deployment.self, "web", in: "default", Self.isDone)
            for image in ["web:3", "web:4"] {
                _ = try await client.edit(Deployment.self, "web", in: "default") {
                    $0.spec?.template.spec?.containers[0].image = image
                }
                try await client.waitFor(Deployment.self, "web", in: "default", Self.isDone)
            }
            try await SystemTime().withDeadline(.seconds(60), "the end of old sets") {
                while try await client.list(ReplicaSet.self, in: "default").items.count > 2 {
                    try await SystemTime().sleep(for: .milliseconds(5))
                }
            }
        }
    }

    @Test("Recreate has no new pod beside an old one")
    func recreate() async throws {
        try await withSimulatedNodes(.init(count: 3)) { client in
            _ = try await client.create(Self.deployment(replicas: 3, strategy: DeploymentStrategy(type: "Recreate")))
            try await client.waitFor(Deployment.self, "web", in: "default", Self.isDone)
            _ = try await client.edit(Deployment.self, "web", in: "default") {
                $0.spec?.template.spec?.containers[0].image = "web:2"
            }
            try await client.waitFor(Deployment.self, "web", in: "default", Self.isDone)
            let pods = try await client.list(Pod.self, in: "default", labels: ["app": "web"]).items
            #expect(pods.filter(\.isActive).allSatisfy { $0.spec?.containers.first?.image == "web:2" })
        }
    }

    @Test("in the middle of a rollout a new size is shared out; sets that nobody controls are adopted")
    func proportions() async throws {
        try await withSimulatedNodes(.init(count: 3) { pod in
            pod.spec?.containers.first?.image == "web:2" ? PodBehavior(failsToPull: true) : PodBehavior()
        }) { client in
            let strategy = DeploymentStrategy(
                rollingUpdate: RollingUpdateDeployment(maxSurge: .int(3), maxUnavailable: .int(2)), type: "RollingUpdate")
            _ = try await client.create(Self.deployment(replicas: 10, strategy: strategy))
            try await client.waitFor(Deployment.self, "web", in: "default", Self.isDone)
            _ = try await client.edit(Deployment.self, "web", in: "default") {
                $0.spec?.template.spec?.containers[0].image = "web:2"
            }
            func sizes(_ wanted: [Int]) async throws {
                try await client.waitForAll(ReplicaSet.self) { sets in
                    sets.map { $0.spec?.replicas ?? 0 }.sorted() == wanted
                }
            }
            // Eight of the old stay while five new ones cannot start.
            try await sizes([5, 8])
            _ = try await client.scale(Deployment.self, "web", in: "default", to: 15)
            // Documented: five more, three of them for the larger set and two for the smaller.
            try await sizes([7, 11])
            let sets = try await client.list(ReplicaSet.self, in: "default").items
            #expect(sets.allSatisfy { $0.annotations["deployment.kubernetes.io/desired-replicas"] == "15" })
            try await client.delete(Deployment.self, "web", in: "default", propagation: .orphan)
            try await client.waitUntilGone(Deployment.self, "web", in: "default")
            try await client.waitForAll(ReplicaSet.self) { $0.allSatisfy(\.metadata.ownerReferences.isEmpty) }
            let again = try await client.create(Self.deployment(replicas: 15, strategy: strategy))
            let adopted = try await client.waitForAll(ReplicaSet.self) { sets in
                sets.allSatisfy { $0.metadata.ownerReferences.first?.uid == again.uid }
            }
            #expect(Set(adopted.map(\.uid)) == Set(sets.map(\.uid)))
        }
    }

    @Test("a new size that breaks off halfway is shared out all the same once it goes on")
    func interrupted() async throws {
        let history = ClusterHistory()
        try await withSimulatedNodes(.init(count: 3) { pod in
            pod.spec?.containers.first?.image == "web:2" ? PodBehavior(failsToPull: true) : PodBehavior()
        }, history: history) { client in
            let strategy = DeploymentStrategy(
                rollingUpdate: RollingUpdateDeployment(maxSurge: .int(3), maxUnavailable: .int(2)), type: "RollingUpdate")
            _ = try await client.create(Self.deployment(replicas: 10, strategy: strategy))
            let first = try await client.waitFor(Deployment.self, "web", in: "default", Self.isDone)
            let old = try #require(try await client.list(ReplicaSet.self, in: "default").items.first)
            _ = try await client.edit(Deployment.self, first.name, in: "default") {
                $0.spec?.template.spec?.containers[0].image = "web:2"
            }
            func sizes(_ wanted: [Int]) async throws {
                try await client.waitForAll(ReplicaSet.self) { sets in
                    sets.map { $0.spec?.replicas ?? 0 }.sorted() == wanted
                }
            }
            try await sizes([5, 8])
            try await client.refusing(updatesOf: "replicasets", named: old.name, noted: history) {
                _ = try await client.scale(Deployment.self, "web", in: "default", to: 15)
            }
            try await sizes([7, 11])
        }
    }

    @Test(
        "whatever the sizes, a rollout ends, never has too many pods, and never misses too many",
        arguments: 0..<200 as Range<UInt64>)
    func plans(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let replicas = Int.random(in: 0...12, using: &random)
        let surge = Int.random(in: 0...4, using: &random)
        let unavailable = surge == 0 ? Int.random(in: 1...4, using: &random) : Int.random(in: 0...4, using: &random)
        var old = (0..<Int.random(in: 0...3, using: &random)).map {
            RolloutPlan.Member(name: "old-\($0)", wanted: 0, available: 0, pods: 0)
        }
        // All replicas are of the old sets, and available.
        for _ in 0..<(old.isEmpty ? 0 : replicas) {
            let index = Int.random(in: old.indices, using: &random)
            old[index].wanted += 1
            old[index].available += 1
            old[index].pods += 1
        }
        let hadAll = !old.isEmpty
        var members = old + [RolloutPlan.Member(name: "new", wanted: 0, available: 0, pods: 0)]
        let strategy = RolloutPlan.Strategy.rolling(maxSurge: surge, maxUnavailable: min(unavailable, replicas))
        var isDone = false
        for _ in 0..<500 where !isDone {
            let plan = RolloutPlan(
                replicas: replicas, strategy: strategy, new: members[members.count - 1], old: Array(members.dropLast()))
            for (name, wanted) in plan.next(isPaused: false) {
                guard let index = members.firstIndex(where: { $0.name == name }) else { continue }
                members[index].wanted = wanted
            }
            #expect(members.reduce(0) { $0 + $1.wanted } <= replicas + surge)
            // Pods go at once, and come one at a time, in any order.
            for index in members.indices {
                members[index].available = min(members[index].available, members[index].wanted)
            }
            if hadAll { #expect(members.reduce(0) { $0 + $1.available } >= replicas - min(unavailable, replicas)) }
            let waiting = members.indices.filter { members[$0].available < members[$0].wanted }
            if let index = waiting.randomElement(using: &random) {
                members[index].available += 1
            }
            for index in members.indices { members[index].pods = members[index].available }
            isDone = members.dropLast().allSatisfy { $0.wanted == 0 } && members.last?.available == replicas
        }
        #expect(isDone)
    }
}

extension KubernetesClient {
    /// Refuses all updates of an object until one that `body` leads to has been refused.
    fileprivate func refusing(
        updatesOf resource: String, named name: String, noted history: ClusterHistory, _ body: () async throws -> Void
    ) async throws {
        var policy = ValidatingAdmissionPolicy(ObjectMeta(name: "refusing"))
        policy.document["spec"] = [
            "matchConstraints": [
                "resourceRules": [
                    ["apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": [.string(resource)]]
                ]
            ],
            "validations": [["expression": .string("object.metadata.name != '\(name)'")]],
        ]
        _ = try await create(policy)
        var binding = ValidatingAdmissionPolicyBinding(ObjectMeta(name: "refusing"))
        binding.document["spec"] = ["policyName": "refusing", "validationActions": ["Deny"]]
        _ = try await create(binding)
        let start = history.count
        try await body()
        try await SystemTime().withDeadline(.seconds(60), "the refusal of an update of \(name)") {
            while !history.requests(from: start).contains(where: { $0.description.contains("\(name) → 4") }) {
                try await SystemTime().sleep(for: .milliseconds(5))
            }
        }
        try await delete(ValidatingAdmissionPolicyBinding.self, "refusing")
    }
}
