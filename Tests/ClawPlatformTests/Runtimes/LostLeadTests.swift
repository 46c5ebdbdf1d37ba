import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import HTTPTypes
import ServiceTesting
import Synchronization
import Testing

@Suite("An orchestrator that leads no longer", .timeLimit(.minutes(5)))
struct LostLeadTests {
    /// The way to the API server, on which leases get lost while it is cut.
    private final class Way: Transport {
        private let base: any Transport
        private let state = Mutex(false)
        init(_ base: any Transport) { self.base = base }

        var isCut: Bool {
            get { state.withLock { $0 } }
            set { state.withLock { $0 = newValue } }
        }

        func send(_ request: Request) async throws -> Response {
            if isCut, request.head.path?.contains("/leases") == true { try await SystemTime().sleep(for: .hours(1)) }
            return try await base.send(request)
        }
    }

    /// Programs that take a question and never answer it.
    private final class Programs: Sendable {
        private let state = Mutex((asked: 0, givenUp: 0))
        var asked: Int { state.withLock { $0.asked } }
        var givenUp: Int { state.withLock { $0.givenUp } }
        var transport: ScriptedTransport {
            ScriptedTransport { [self] _ in
                state.withLock { $0.asked += 1 }
                defer { state.withLock { $0.givenUp += 1 } }
                try await SystemTime().sleep(for: .hours(1))
                return .text("late")
            }
        }
    }

    @Test("what it asks of a program is given up when its renew deadline is over, and nothing more is asked, until it leads")
    func givenUp() async throws {
        let (time, programs) = (VirtualTime(), Programs())
        try await withRuntimes(orchestrates: false, time: time) { world in
            let way = Way(world.cluster.transport)
            let client = KubernetesClient(way)
            let options = ElectionOptions()
            let election = try await Orchestrator.election(of: client, time: time, options: options, logger: silent)
            let caches = SharedCaches(client, time: time)
            let orchestrator = Orchestrator(
                caches: caches, election: election, network: programs.transport, time: time, logger: silent)
            try await whileRunning {
                try await withThrowingDiscardingTaskGroup { group in
                    group.addTask { try await caches.run() }
                    group.addTask { try await orchestrator.run() }
                }
            } _: {
                var capacity = try await world.client.create(
                    RemoteCapacity(
                        name: "edge", spec: RemoteCapacitySpec(endpoint: "https://edge", runtimes: 1, projects: ["demo"])))
                capacity.status.epoch = 1
                capacity.status.lastHeartbeat = (time.now + .hours(1)).rfc3339()
                _ = try await world.client.replaceStatus(capacity)
                try await world.start { $0["placement"] = ["capacity": "edge"] }
                try await world.pass(time, until: "the program is asked", by: .milliseconds(100)) { programs.asked > 0 }
                #expect(programs.givenUp < programs.asked)
                way.isCut = true
                // Its last renewal began before that. Whoever waits for a moment on the way has the time to.
                for _ in 0..<10 { time.advance(by: options.renewDeadline / 10) }
                try await eventually("the questions are given up") { programs.givenUp == programs.asked }
                try await eventually("it knows") { !election.status.isLeader }
                let asked = programs.asked
                for _ in 0..<30 {
                    time.advance(by: .seconds(1))
                    try await world.start("visitor-\(asked)") { $0["placement"] = ["capacity": "edge"] }
                    try await world.client.delete(Runtime.self, "visitor-\(asked)", in: "demo")
                }
                #expect(programs.asked == asked)
                way.isCut = false
                try await world.pass(time, until: "it leads again, and asks", by: .seconds(1)) { programs.asked > asked }
            }
        }
    }
}
