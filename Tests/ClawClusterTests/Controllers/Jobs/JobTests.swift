import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels
import Testing

/// Without nodes: the tests move the pods.
@Suite("Jobs")
struct JobTests {
    static func job(_ name: String = "work", _ change: (inout JobSpec) -> Void = { _ in }) -> Job {
        var spec = JobSpec(
            template: PodTemplateSpec(
                spec: PodSpec(containers: [Container(name: "main", image: "work:1")], restartPolicy: "Never")))
        change(&spec)
        return Job(metadata: ObjectMeta(name: name, namespace: "default"), spec: spec)
    }

    private func active(_ client: KubernetesClient, _ count: Int) async throws -> [Pod] {
        try await client.waitForAll(Pod.self, labels: ["job-name": "work"]) { pods in
            pods.count { !$0.isOver } == count
        }.filter { !$0.isOver }
    }

    private func ended(_ client: KubernetesClient, _ type: String) async throws -> Job {
        try await client.waitFor(Job.self, "work", in: "default") { job in
            job.status?.conditions.contains { $0.type == type && $0.status == "True" } ?? false
        }
    }

    @Test("three pods have to succeed, two at a time; each is counted once, and then the Job is complete")
    func completions() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(Self.job { ($0.completions, $0.parallelism) = (3, 2) })
            let first = try await active(client, 2)
            #expect(first.allSatisfy { $0.metadata.finalizers == ["batch.kubernetes.io/job-tracking"] })
            try await client.move(first[0], to: "Succeeded")
            let second = try await active(client, 2)
            for pod in second { try await client.move(pod, to: "Succeeded") }
            let done = try await ended(client, "Complete")
            #expect(done.status?.succeeded == 3 && done.status?.active == nil && done.status?.failed == nil)
            #expect(done.status?.conditions.map(\.type) == ["SuccessCriteriaMet", "Complete"])
            #expect(done.status?.conditions.last?.reason == "CompletionsReached")
            #expect(done.status?.completionTime != nil)
            let pods = try await client.list(Pod.self, in: "default").items
            #expect(pods.count == 3 && pods.allSatisfy(\.metadata.finalizers.isEmpty))
            try await cluster.clock.settle()
            let events = try await client.list(Event.self, in: "default").items.filter { $0.involvedObject.kind == "Job" }
            #expect(Set(events.compactMap(\.reason)) == ["SuccessfulCreate", "Completed"])
        }
    }

    @Test("at the limit of failures the Job fails, and what still runs is ended")
    func backoffLimit() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(Self.job { ($0.backoffLimit, $0.parallelism, $0.completions) = (1, 2, 4) })
            let first = try await active(client, 2)
            try await client.move(first[0], to: "Failed", exitCode: 1)
            try await client.waitFor(Job.self, "work", in: "default") { $0.status?.failed == 1 }
            // Back-off: the next pod comes ten seconds after the failure.
            try await cluster.clock.settle()
            #expect(try await client.list(Pod.self, in: "default").items.count == 2)
            try await cluster.clock.advance(by: .seconds(11))
            let second = try await active(client, 2)
            try await client.move(second[0], to: "Failed", exitCode: 1)
            let failed = try await ended(client, "Failed")
            #expect(failed.status?.conditions.map(\.type) == ["FailureTarget", "Failed"])
            #expect(failed.status?.conditions.last?.reason == "BackoffLimitExceeded")
            #expect(failed.status?.conditions.last?.message == "Job has reached the specified backoff limit")
            // The one that was ended with the Job counts too.
            #expect(failed.status?.failed == 3)
            #expect(try await active(client, 0).isEmpty)
        }
    }

    @Test("a Job that takes too long fails; while it is suspended its time does not run")
    func deadline() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(Self.job { ($0.activeDeadlineSeconds, $0.suspend) = (100, true) })
            let suspended = try await ended(client, "Suspended")
            #expect(suspended.status?.startTime == nil)
            try await cluster.clock.advance(by: .seconds(500))
            _ = try await client.edit(Job.self, "work", in: "default") { $0.spec?.suspend = false }
            _ = try await active(client, 1)
            try await cluster.clock.advance(by: .seconds(50))
            _ = try await client.edit(Job.self, "work", in: "default") { $0.spec?.suspend = true }
            _ = try await active(client, 0)
            try await cluster.clock.settle()
            #expect(try await client.get(Job.self, "work", in: "default").status?.failed == nil)
            _ = try await client.edit(Job.self, "work", in: "default") { $0.spec?.suspend = false }
            _ = try await active(client, 1)
            try await cluster.clock.advance(by: .seconds(99))
            #expect(try await client.get(Job.self, "work", in: "default").status?.active == 1)
            try await cluster.clock.advance(by: .seconds(2))
            #expect(try await ended(client, "Failed").status?.conditions.last?.reason == "DeadlineExceeded")
        }
    }

    @Test("an indexed Job gives each pod its place, runs again what failed, and says which are done")
    func indexed() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(
                Self.job { ($0.completions, $0.parallelism, $0.completionMode) = (3, 3, "Indexed") })
            let pods = try await active(client, 3).sorted { ($0.place ?? 0) < ($1.place ?? 0) }
            #expect(pods.map(\.place) == [0, 1, 2])
            #expect(pods.map { $0.spec?.hostname } == ["work-0", "work-1", "work-2"])
            #expect(pods.map { $0.labels["batch.kubernetes.io/job-completion-index"] } == ["0", "1", "2"])
            let variable = pods[0].spec?.containers.first?.env.first { $0.name == "JOB_COMPLETION_INDEX" }
            #expect(
                variable?.valueFrom?.fieldRef?.fieldPath
                    == "metadata.labels['batch.kubernetes.io/job-completion-index']")
            try await client.move(pods[0], to: "Succeeded")
            try await client.move(pods[2], to: "Succeeded")
            try await client.move(pods[1], to: "Failed", exitCode: 1)
            try await client.waitFor(Job.self, "work", in: "default") { $0.status?.completedIndexes == "0,2" }
            try await cluster.clock.advance(by: .seconds(11))
            let again = try await active(client, 1)
            #expect(again.map(\.place) == [1])
            try await client.move(again[0], to: "Succeeded")
            #expect(try await ended(client, "Complete").status?.completedIndexes == "0-2")
        }
    }

    @Test("with a limit for each index one may fail for good while the others go on; then the Job has failed indexes")
    func backoffLimitPerIndex() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(
                Self.job {
                    ($0.completions, $0.parallelism, $0.completionMode) = (2, 2, "Indexed")
                    $0.backoffLimitPerIndex = 1
                })
            let first = try await active(client, 2).sorted { ($0.place ?? 0) < ($1.place ?? 0) }
            try await client.move(first[0], to: "Failed", exitCode: 1)
            try await cluster.clock.advance(by: .seconds(12))
            let second = try await active(client, 2).first { $0.place == 0 }
            let again = try #require(second)
            #expect(again.annotations["batch.kubernetes.io/job-index-failure-count"] == "1")
            try await client.move(again, to: "Failed", exitCode: 1)
            try await client.waitFor(Job.self, "work", in: "default") { $0.status?.failedIndexes == "0" }
            try await client.move(first[1], to: "Succeeded")
            let failed = try await ended(client, "Failed")
            #expect(failed.status?.conditions.last?.reason == "FailedIndexes")
            #expect(failed.status?.completedIndexes == "1" && failed.status?.failed == 2)
        }
    }

    @Test("the policy on failures decides: ignored ones do not count, some end the Job at once")
    func failurePolicy() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(
                Self.job {
                    $0.backoffLimit = 0
                    $0.podFailurePolicy = PodFailurePolicy(rules: [
                        PodFailurePolicyRule(
                            action: "Ignore",
                            onPodConditions: [
                                PodFailurePolicyOnPodConditionsPattern(type: "DisruptionTarget", status: "True")
                            ]),
                        PodFailurePolicyRule(
                            action: "FailJob",
                            onExitCodes: PodFailurePolicyOnExitCodesRequirement(operator: "In", values: [42])),
                    ])
                })
            let first = try await active(client, 1)[0]
            try await client.move(first, to: "Failed", exitCode: 1, reason: "DisruptionTarget")
            try await cluster.clock.advance(by: .seconds(12))
            let second = try await active(client, 1)[0]
            #expect(try await client.get(Job.self, "work", in: "default").status?.failed == nil)
            try await client.move(second, to: "Failed", exitCode: 42)
            let failed = try await ended(client, "Failed")
            #expect(failed.status?.conditions.last?.reason == "PodFailurePolicy")
            #expect(
                failed.status?.conditions.last?.message
                    == "Container main for pod default/\(second.name) failed with exit code 42 matching FailJob rule at index 1"
            )
        }
    }

    @Test("the policy on success ends the Job early, and the rest of the pods")
    func successPolicy() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(
                Self.job {
                    ($0.completions, $0.parallelism, $0.completionMode) = (4, 4, "Indexed")
                    $0.successPolicy = SuccessPolicy(rules: [
                        SuccessPolicyRule(succeededCount: 1, succeededIndexes: "0,3")
                    ])
                })
            let pods = try await active(client, 4)
            let leader = try #require(pods.first { $0.place == 3 })
            try await client.move(leader, to: "Succeeded")
            let done = try await ended(client, "Complete")
            #expect(done.status?.conditions.map(\.reason) == ["SuccessPolicy", "SuccessPolicy"])
            #expect(done.status?.conditions.last?.message == "Matched rules at index 0")
            #expect(done.status?.succeeded == 1 && done.status?.failed == nil)
            _ = try await active(client, 0)
        }
    }

    @Test("a deleted pod is replaced and counts as failed; with the policy Failed only once it has really ended")
    func replacement() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(Self.job { $0.podReplacementPolicy = "Failed" })
            let pod = try await active(client, 1)[0]
            _ = try await client.edit(Pod.self, pod.name, in: "default") { $0.metadata.finalizers.append("test.dev/hold") }
            try await client.delete(Pod.self, pod.name, in: "default")
            try await client.waitFor(Job.self, "work", in: "default") { $0.status?.terminating == 1 }
            try await cluster.clock.settle()
            #expect(try await client.list(Pod.self, in: "default").items.count == 1)
            try await client.move(pod, to: "Failed", exitCode: 1)
            try await client.waitFor(Job.self, "work", in: "default") { $0.status?.failed == 1 }
            try await cluster.clock.advance(by: .seconds(12))
            _ = try await active(client, 1)
        }
    }

    @Test("a deleted Job takes its pods along, and one that is left alone lets its pods go")
    func deletion() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            for propagation in [DeletionPropagation.background, .foreground] {
                _ = try await client.create(Self.job { $0.parallelism = 2 })
                _ = try await active(client, 2)
                try await client.delete(Job.self, "work", in: "default", propagation: propagation)
                try await client.waitUntilGone(Job.self, "work", in: "default")
                try await client.waitForAll(Pod.self) { $0.isEmpty }
            }
            _ = try await client.create(Self.job())
            _ = try await active(client, 1)
            try await client.delete(Job.self, "work", in: "default", propagation: .orphan)
            try await client.waitForAll(Pod.self) { $0.count == 1 && $0[0].metadata.finalizers.isEmpty }
        }
    }

    @Test("an ended Job with a time to live is deleted when that has passed")
    func timeToLive() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(Self.job { $0.ttlSecondsAfterFinished = 30 })
            try await client.move(try await active(client, 1)[0], to: "Succeeded")
            _ = try await ended(client, "Complete")
            try await cluster.clock.advance(by: .seconds(29))
            #expect(try await client.find(Job.self, "work", in: "default") != nil)
            try await cluster.clock.advance(by: .seconds(2))
            try await client.waitUntilGone(Job.self, "work", in: "default")
            try await client.waitForAll(Pod.self) { $0.isEmpty }
        }
    }

    @Test("on simulated nodes forty completions are counted exactly, crashes among them, and then nothing is written")
    func onNodes() async throws {
        let configuration = SimulatedNodes.Configuration(count: 2) { _ in PodBehavior(life: .ends()) }
        try await withSimulatedNodes(configuration) { client in
            _ = try await client.create(Self.job { ($0.completions, $0.parallelism) = (40, 7) })
            let done = try await client.waitFor(Job.self, "work", in: "default") { job in
                job.status?.conditions.contains { $0.type == "Complete" } ?? false
            }
            #expect(done.status?.succeeded == 40 && done.status?.failed == nil)
            #expect(try await client.list(Pod.self, in: "default").items.count == 40)
        }
    }
}

extension Pod {
    fileprivate var isOver: Bool { isBeingDeleted || ["Succeeded", "Failed"].contains(status?.phase ?? "") }
    fileprivate var place: Int? { annotations["batch.kubernetes.io/job-completion-index"].flatMap { Int($0) } }
}
