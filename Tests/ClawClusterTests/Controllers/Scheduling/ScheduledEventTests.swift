import ClawCluster
import ClawKubernetes
import ClawModels
import Testing

@Suite("What the scheduler tells of the pods it places")
struct ScheduledEventTests {
    @Test("each pod's event names the node, as kubectl describe shows it")
    func scheduled() async throws {
        try await withSimulatedNodes(.init(count: 1)) { client in
            _ = try await client.create(
                Pod(
                    metadata: ObjectMeta(name: "p", namespace: "default"),
                    spec: PodSpec(containers: [Container(name: "c", image: "x:1")])))
            let pod = try await client.waitFor(Pod.self, "p", in: "default") { $0.spec?.nodeName != nil }
            let node = try #require(pod.spec?.nodeName)
            let events = try await client.waitForAll(Event.self) { $0.contains { $0.reason == "Scheduled" } }
            let event = try #require(events.first { $0.reason == "Scheduled" })
            #expect(event.message == "Successfully assigned default/p to \(node)")
            #expect(event.involvedObject.uid == pod.uid && event.type == "Normal")
            #expect(event.source?.component == "default-scheduler")
        }
    }
}
