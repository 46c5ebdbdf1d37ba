import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import Synchronization
import Testing

@testable import ClawControl

@Suite("Events of controllers", .timeLimit(.minutes(2)))
struct EventRecorderTests {
    private static func map(_ cluster: SimulatedCluster) async throws -> ConfigMap {
        try await cluster.client.create(ConfigMap(metadata: ObjectMeta(name: "web", namespace: "default")))
    }

    /// Runs a recorder beside `body`.
    private static func withRecorder(
        faults: ClusterFaults = .none,
        _ body: @escaping @Sendable (SimulatedCluster, EventRecorder) async throws -> Void
    ) async throws {
        try await SimulatedCluster.run(SimulatedCluster.bareOptions(faults)) { cluster in
            let recorder = EventRecorder(
                cluster.client, reportingController: "example.dev/kites", reportingInstance: "kites-1", time: cluster.clock)
            try await withRunning({ try await recorder.run() }) { try await body(cluster, recorder) }
        }
    }

    @Test("an event says what, why, of what, and who says so; repeated ones become a series")
    func series() async throws {
        try await Self.withRecorder { cluster, recorder in
            let map = try await Self.map(cluster)
            recorder.normal("Scaled", "Scaled up to 3.", action: "Scale", on: map)
            try await cluster.clock.settle()
            var events = try await cluster.client.list(EventsEvent.self, in: "default").items
            var event = try #require(events.first)
            #expect(events.count == 1)
            #expect(event.reason == "Scaled" && event.note == "Scaled up to 3." && event.action == "Scale")
            #expect(event.reportingController == "example.dev/kites" && event.reportingInstance == "kites-1")
            #expect(event.type == "Normal" && event.regarding?.uid == map.uid && event.regarding?.kind == "ConfigMap")
            #expect(event.series == nil)
            let before = cluster.history.count
            for _ in 0..<50 {
                recorder.normal("Scaled", "Scaled up to 3.", action: "Scale", on: map)
                try await cluster.clock.advance(by: .seconds(1))
            }
            try await cluster.clock.advance(by: .minutes(1))
            events = try await cluster.client.list(EventsEvent.self, in: "default").items
            event = try #require(events.first)
            #expect(events.count == 1)
            #expect(event.series?.count == 51)
            #expect(cluster.history.requests(from: before).count { $0.isWrite } <= 3)
        }
    }

    @Test("what is about an object of the whole cluster is told in the default namespace")
    func clusterScoped() async throws {
        try await Self.withRecorder { cluster, recorder in
            let namespace = try await cluster.client.get(Namespace.self, "kube-system")
            recorder.warning("Odd", "Something is odd.", on: namespace)
            try await cluster.clock.settle()
            let events = try await cluster.client.list(EventsEvent.self, in: "default").items
            #expect(events.map(\.reason) == ["Odd"] && events.first?.type == "Warning")
        }
    }

    @Test("secrets do not get into events")
    func secrets() async throws {
        try await Self.withRecorder { cluster, recorder in
            let map = try await Self.map(cluster)
            recorder.hide(Secret("hunter2-hunter2"))
            recorder.warning(
                "Failed",
                "hunter2-hunter2 was refused by https://ada:pw@example.dev/x with Authorization: Bearer abc.def, \(Secret("x"))",
                on: map)
            try await cluster.clock.settle()
            let note = try await cluster.client.list(EventsEvent.self, in: "default").items.first?.note
            #expect(
                note == "[redacted] was refused by https://[redacted]@example.dev/x with Authorization: Bearer [redacted] [redacted]")
        }
    }

    @Test("a server that fails costs an event at most, and the next ones come through")
    func failures() async throws {
        var faults = ClusterFaults.none
        faults.serverError = 1
        try await SimulatedCluster.run(SimulatedCluster.bareOptions(faults)) { cluster in
            let map = try await Self.map(cluster)
            let lost = Mutex<EventRecorder?>(nil)
            try await cluster.withSubject("kites") { subject in
                let recorder = EventRecorder(subject.client, reportingController: "example.dev/kites", time: subject.time)
                lost.withLock { $0 = recorder }
                recorder.normal("Scaled", "Scaled.", on: map)
                try await recorder.run()
            } while: {
                try await cluster.clock.advance(by: .minutes(5))
            }
            #expect(lost.withLock { $0?.lostCount } == 1)
        }
    }

    @Test("where nobody writes, what waits is bounded")
    func bounded() {
        var options = EventRecorder.Options()
        options.mostWaiting = 10
        let recorder = EventRecorder(Feed(), reportingController: "example.dev/kites", options: options)
        for number in 0..<1000 {
            recorder.normal("R", "n", on: ConfigMap(metadata: ObjectMeta(name: "a\(number)", namespace: "demo", uid: "\(number)")))
        }
        #expect(recorder.lostCount == 990)
    }

    @Test("long notes are cut between characters")
    func cut() {
        let text = String(repeating: "ä", count: 1000)
        #expect(text.cut(toBytes: 1023).utf8.count == 1022)
        #expect("abc".cut(toBytes: 3) == "abc")
    }
}
