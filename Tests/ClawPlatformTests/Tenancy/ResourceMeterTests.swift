import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawLedger
import ClawModels
import ClawResources
import Testing

@testable import ClawPlatform

@Suite("What pods and volumes had set aside")
struct ResourceMeterTests {
    private static let hour = Timestamp(seconds: 1_767_225_600)

    private func pod(_ uid: String, start: Int64, end: Int64? = nil) -> Pod {
        var pod = Pod(
            metadata: ObjectMeta(
                name: uid, namespace: "demo",
                labels: ["clawkit.dev/user": "ada", "clawkit.dev/runtime": "agent"]),
            spec: PodSpec(
                containers: [
                    Container(
                        name: "a", image: "i",
                        resources: ResourceRequirements(requests: ["cpu": "500m", "memory": "64Mi"])),
                    Container(name: "b", image: "i", resources: ResourceRequirements(limits: ["cpu": "1"])),
                ]))
        pod.metadata.uid = uid
        pod.status = PodStatus(phase: end == nil ? "Running" : "Succeeded")
        pod.status?.startTime = (Self.hour + .seconds(start)).rfc3339()
        if let end {
            let finished = ContainerStateTerminated(exitCode: 0, finishedAt: (Self.hour + .seconds(end)).rfc3339())
            pod.status?.containerStatuses = [
                ContainerStatus(
                    name: "a", image: "i", imageID: "", ready: false, restartCount: 0,
                    state: ContainerState(terminated: finished))
            ]
        }
        return pod
    }

    private func amounts(_ rows: [UsageRow]) -> [String] { rows.map { "\($0.meter) \($0.amount)" } }

    @Test("a pod counts from its start to its end, by what it asked for, hour by hour")
    func pods() throws {
        let (first, second) = (
            Self.hour..<(Self.hour + .seconds(3600)), (Self.hour + .seconds(3600))..<(Self.hour + .seconds(7200))
        )
        let thing = try #require(MeteredThing(pod("p", start: 3000)))
        #expect(amounts(thing.rows(in: first)) == ["cpu 900000", "memory 38400", "pod 600"])
        #expect(amounts(thing.rows(in: second)) == ["cpu 5400000", "memory 230400", "pod 3600"])
        let ended = try #require(MeteredThing(pod("p", start: 3000, end: 3601)))
        #expect(amounts(ended.rows(in: second)) == ["cpu 1500", "memory 64", "pod 1"])
        #expect(ended.rows(in: second).first?.at == Self.hour + .seconds(3601))
        #expect(thing.rows(in: first).map(\.id) == ended.rows(in: first).map(\.id))
        var evicted = pod("p", start: 0)
        evicted.status?.phase = "Failed"
        evicted.status?.conditions = [
            PodCondition(
                type: "Ready", status: "False", lastTransitionTime: (Self.hour + .seconds(30)).rfc3339())
        ]
        #expect(MeteredThing(evicted)?.rows(in: first).first { $0.meter == .pod }?.amount == 30)
        var pending = pod("p", start: 0)
        pending.status?.startTime = nil
        #expect(MeteredThing(pending) == nil)
    }

    @Test("a volume counts by its size from when it was asked for, and not before it is bound")
    func volumes() throws {
        var claim = PersistentVolumeClaim(
            metadata: ObjectMeta(name: "v", namespace: "demo"),
            spec: PersistentVolumeClaimSpec(
                resources: VolumeResourceRequirements(requests: ["storage": "1Gi"]), storageClassName: "local"))
        claim.metadata.uid = "v"
        claim.metadata.creationTimestamp = Self.hour.rfc3339()
        #expect(MeteredThing(claim) == nil)
        claim.status = PersistentVolumeClaimStatus(capacity: ["storage": "2Gi"], phase: "Bound")
        let rows = try #require(MeteredThing(claim)).rows(in: Self.hour..<(Self.hour + .seconds(10)))
        #expect(amounts(rows) == ["storage 20480"] && rows.first?.item == "local")
    }

    /// One process that meters, over a store that several share.
    private func withMeter(
        _ cluster: EmbeddedCluster, _ store: any PlatformStore, _ clock: VirtualTime,
        _ body: @escaping @Sendable (ResourceMeter) async throws -> Void
    ) async throws {
        let caches = SharedCaches(cluster.client)
        let meter = ResourceMeter(
            store, caches, price: { NanoDollars(nanos: $0.meter == .cpu ? $0.amount : 0) }, clock, silent)
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { try await caches.run() }
            try await caches.cache(Pod.self).waitUntilSynced()
            try await caches.cache(Project.self).waitUntilSynced()
            try await caches.cache(PersistentVolumeClaim.self).waitUntilSynced()
            try await body(meter)
        }
    }

    @Test("several processes, and one that comes back, write each thing once; at rest they write nothing")
    func once() async throws {
        try await withPlatform { platform in
            _ = try await platform.prepareDemo([])
            let client = platform.cluster.client
            let (store, clock) = (MemoryPlatformStore(), VirtualTime(startingAt: Self.hour + .seconds(1800)))
            func run(_ name: String, in namespace: String = "demo") async throws {
                var wanted = pod(name, start: 0)
                (wanted.metadata.uid, wanted.metadata.namespace, wanted.status) = (nil, namespace, nil)
                var made = try await client.create(wanted)
                made.status = pod(name, start: 0).status
                _ = try await client.replaceStatus(made)
            }
            try await run("long")
            try await run("short")
            try await run("strange", in: "default")
            @Sendable func rows() async throws -> [UsageRow] { try await store.usage(UsageQuery()) }
            try await withMeter(platform.cluster, store, clock) { first in
                try await withMeter(platform.cluster, store, clock) { second in
                    for meter in [first, second] { try await meter.settle() }
                    #expect(try await rows().isEmpty)
                    try await client.delete(Pod.self, "short", in: "demo")
                    try await eventually("its end is written") {
                        try await first.settle()
                        return try await rows().count == 3
                    }
                    #expect(try await rows().first { $0.meter == .pod }?.amount == 1800)
                    clock.advance(by: .seconds(1860))
                    for meter in [first, second, first] { try await meter.settle() }
                    let all = try await rows()
                    #expect(all.count == 6)
                    #expect(all.filter { $0.meter == .pod }.map(\.amount).sorted() == [1800, 3600])
                    #expect(Set(all.map(\.subject.tenant)) == ["acme"] && Set(all.map(\.subject.user)) == ["ada"])
                    #expect(all.filter { $0.meter == .cpu }.map(\.cost.nanos).sorted() == [2_700_000, 5_400_000])
                }
            }
            // Nobody looked for two hours; what is still there is not forgotten, nor counted twice.
            clock.advance(by: .seconds(7200))
            try await withMeter(platform.cluster, store, clock) { later in
                for _ in 0..<3 { try await later.settle() }
                #expect(try await rows().filter { $0.meter == .pod }.map(\.amount).sorted() == [1800, 3600, 3600, 3600])
            }
        }
    }
}
