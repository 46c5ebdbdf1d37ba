import ClawBase
import ClawCluster
import ClawKubernetes
import ClawModels
import Testing

@Suite("CronJobs")
struct CronJobTests {
    private static func cronJob(_ schedule: String, _ change: (inout CronJobSpec) -> Void = { _ in }) -> CronJob {
        var spec = CronJobSpec(jobTemplate: JobTemplateSpec(spec: JobTests.job().spec), schedule: schedule)
        change(&spec)
        return CronJob(metadata: ObjectMeta(name: "tick", namespace: "default"), spec: spec)
    }

    private func finish(_ client: KubernetesClient, _ job: String) async throws {
        let pods = try await client.waitForAll(Pod.self, labels: ["job-name": job]) { $0.count == 1 }
        try await client.move(pods[0], to: "Succeeded")
        try await client.waitFor(Job.self, job, in: "default") { job in
            job.status?.conditions.contains { $0.type == "Complete" } ?? false
        }
    }

    @Test("each moment gives one Job, called after its minute; those that ended are kept up to the limit")
    func schedule() async throws {
        try await withVirtualCluster { cluster in
            let minute = cluster.clock.now.seconds / 60
            let client = cluster.client
            _ = try await client.create(Self.cronJob("*/5 * * * *") { $0.successfulJobsHistoryLimit = 2 })
            for round in 1...4 {
                try await cluster.clock.advance(by: .seconds(300))
                let name = "tick-\(minute + Int64(round) * 5)"
                let job = try await client.waitFor(Job.self, name, in: "default") { _ in true }
                #expect(job.metadata.ownerReferences.first?.kind == "CronJob")
                #expect(
                    job.annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"]
                        == Timestamp(seconds: (minute + Int64(round) * 5) * 60).rfc3339())
                let noted = try await client.waitFor(CronJob.self, "tick", in: "default") { $0.status?.active.count == 1 }
                #expect(noted.status?.active.first?.name == name)
                #expect(noted.status?.lastScheduleTime == job.annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"])
                try await finish(client, name)
                try await client.waitFor(CronJob.self, "tick", in: "default") {
                    $0.status?.active.isEmpty ?? false && $0.status?.lastSuccessfulTime != nil
                }
            }
            let left = try await client.waitForAll(Job.self) { $0.count == 2 }
            #expect(Set(left.map(\.name)) == ["tick-\(minute + 15)", "tick-\(minute + 20)"])
            try await cluster.clock.settle()
            let reasons = try await client.list(Event.self, in: "default").items
                .filter { $0.involvedObject.kind == "CronJob" }.compactMap(\.reason)
            #expect(Set(reasons) == ["SuccessfulCreate", "SawCompletedJob", "SuccessfulDelete"])
        }
    }

    @Test("while a Job runs, Forbid makes no other, Replace puts another in its place, Allow adds one", arguments: [
        ("Forbid", 1), ("Replace", 1), ("Allow", 3),
    ])
    func concurrency(policy: String, count: Int) async throws {
        try await withVirtualCluster { cluster in
            let minute = cluster.clock.now.seconds / 60
            let client = cluster.client
            _ = try await client.create(Self.cronJob("* * * * *") { $0.concurrencyPolicy = policy })
            for round in 1...3 {
                try await cluster.clock.advance(by: .seconds(60))
                guard round == 1 || policy != "Forbid" else { continue }
                try await client.waitFor(Job.self, "tick-\(minute + Int64(round))", in: "default") { _ in true }
            }
            let jobs = try await client.waitForAll(Job.self) { $0.count == count }
            if policy == "Forbid" { #expect(jobs.map(\.name) == ["tick-\(minute + 1)"]) }
            if policy == "Replace" { #expect(jobs.map(\.name) == ["tick-\(minute + 3)"]) }
        }
    }

    @Test("a suspended one makes nothing; taken up again, it makes up for the last moment it missed, unless that is too long ago",
        arguments: [nil, 30])
    func suspension(deadline: Int?) async throws {
        try await withVirtualCluster { cluster in
            let minute = cluster.clock.now.seconds / 60
            let client = cluster.client
            _ = try await client.create(
                Self.cronJob("*/10 * * * *") { ($0.suspend, $0.startingDeadlineSeconds) = (true, deadline) })
            try await cluster.clock.advance(by: .seconds(2100))
            #expect(try await client.list(Job.self, in: "default").items.isEmpty)
            _ = try await client.edit(CronJob.self, "tick", in: "default") { $0.spec.suspend = false }
            try await cluster.clock.settle()
            let jobs = try await client.list(Job.self, in: "default").items
            #expect(jobs.map(\.name) == (deadline == nil ? ["tick-\(minute + 30)"] : []))
        }
    }
}
