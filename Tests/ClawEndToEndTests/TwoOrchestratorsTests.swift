import ClawKit
import ExampleSupport
import Foundation
import Testing

@Suite("Several orchestrators on one cluster", .serialized, .timeLimit(.minutes(10)))
struct TwoOrchestratorsTests {
    /// Who leads, by the page of one that knows.
    private func leader(_ asked: RunningOrchestrator) async throws -> (identity: String, leader: String) {
        let page = try await eventually("an orchestrator is ready") { () -> (status: Int, text: String)? in
            let page = try await asked.page("/readyz")
            return page.status == 200 ? page : nil
        }
        func line(_ name: String) -> String {
            page.text.split(separator: "\n").first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) } ?? ""
        }
        return (line("identity"), line("leader"))
    }

    private func isLeader(_ asked: RunningOrchestrator) async throws -> Bool {
        let page = try await leader(asked)
        return !page.identity.isEmpty && page.identity == page.leader
    }

    /// `CLAWKIT_TEST_RUNTIMES=1000` for as many.
    @Test("of two one works; the other follows when it is killed amid transitions: nothing is lost, nothing is there twice")
    func killed() async throws {
        try await withCluster { cluster, directory, crowd in
            func start(_ name: String) async throws -> RunningOrchestrator {
                try await RunningOrchestrator.start(
                    in: directory, named: name, kubeconfig: cluster.kubeconfig,
                    ["--metrics-listen", "127.0.0.1:0"] + RunningOrchestrator.shortLeases)
            }
            let (first, second) = (try await start("a"), try await start("b"))
            try await crowd.makeAll()
            try await crowd.waitUntilSettled(crowd.count, "all are made")
            // On a machine that is starved it may change hands, by right: what is looked at is one moment on which all agree.
            let leads = try await eventually("one of them leads, and both know") { () -> RunningOrchestrator? in
                let (one, other) = (try await leader(first), try await leader(second))
                guard one.leader == other.leader, one.identity != other.identity else { return nil }
                let lease = try await crowd.client.get(Lease.self, Orchestrator.lease, in: PlatformSettings.namespace)
                guard lease.spec?.holderIdentity == one.leader else { return nil }
                let metric = "leader_election_master_status{name=\"\(Orchestrator.lease)\"}"
                let (its, others) = (try await first.page("/metrics").text, try await second.page("/metrics").text)
                switch one.leader {
                case one.identity: return its.contains("\(metric) 1") && others.contains("\(metric) 0") ? first : nil
                case other.identity: return its.contains("\(metric) 0") && others.contains("\(metric) 1") ? second : nil
                default: return nil
                }
            }
            let waits = leads.pid == first.pid ? second : first

            try await crowd.wishAll()
            try await crowd.waitUntilSettled(crowd.count / 3, "some have come to rest")
            try await leads.crash()
            try await crowd.waitUntilSettled(crowd.count, "all have come to rest")
            try await eventually(within: .seconds(120), "everything is as it was asked for") {
                try await crowd.differences().isEmpty ? true : nil
            }
            #expect(crowd.doubled.isEmpty, "two pods at once: \(crowd.doubled.prefix(10))")
            try await eventually("it leads") { try await isLeader(waits) ? true : nil }
            #expect(try await waits.stop() == 0)
        }
    }

    /// The lease is one that nobody would wait for the end of: it must have been given back.
    @Test("a leader that is told to end gives the lease back, and the other one works at once")
    func stopped() async throws {
        try await withCluster(6) { cluster, directory, crowd in
            func start(_ name: String) async throws -> RunningOrchestrator {
                try await RunningOrchestrator.start(
                    in: directory, named: name, kubeconfig: cluster.kubeconfig,
                    ["--metrics-listen", "127.0.0.1:0", "--leader-elect-lease-duration", "1h"])
            }
            let first = try await start("a")
            try await eventually("the first one leads") { try await isLeader(first) ? true : nil }
            let second = try await start("b")
            #expect(try await first.stop() == 0)
            try await crowd.makeAll()
            try await crowd.waitUntilSettled(crowd.count, "all are made by the second one")
            try await eventually("it leads") { try await isLeader(second) ? true : nil }
            #expect(crowd.doubled.isEmpty)
            #expect(try await second.stop() == 0)
            let lease = try await crowd.client.get(Lease.self, Orchestrator.lease, in: PlatformSettings.namespace)
            #expect((lease.spec?.holderIdentity ?? "").isEmpty)
        }
    }

    @Test("times that could not keep two apart are refused by the flag's name; alone it takes no lease")
    func flags() async throws {
        try await withCluster(6) { cluster, directory, crowd in
            let refused = try await run(
                Programs.path("orchestrator"),
                ["--kubeconfig", cluster.kubeconfig, "--leader-elect-renew-deadline", "20s"], in: directory)
            #expect(refused.status == 1)
            #expect(refused.errors.contains("E_CONFIG (--leader-elect-renew-deadline)"), "\(refused.errors)")
            let alone = try await RunningOrchestrator.start(
                in: directory, kubeconfig: cluster.kubeconfig, ["--leader-elect=false", "--metrics-listen", "127.0.0.1:0"])
            try await crowd.makeAll()
            try await crowd.waitUntilSettled(crowd.count, "all are made")
            try await eventually("its page") { try await alone.page("/readyz").text == "ok\n" ? true : nil }
            let lease = try await crowd.client.find(Lease.self, Orchestrator.lease, in: PlatformSettings.namespace)
            #expect(lease == nil)
            #expect(try await alone.stop() == 0)
        }
    }

    @Test("the control plane's own orchestrator waits for its turn on a cluster that is somebody else's")
    func controlPlane() async throws {
        try await withCluster(6) { cluster, directory, crowd in
            let first = try await RunningOrchestrator.start(
                in: directory, kubeconfig: cluster.kubeconfig,
                ["--metrics-listen", "127.0.0.1:0"] + RunningOrchestrator.shortLeases)
            try await eventually("the first one leads") { try await isLeader(first) ? true : nil }
            let platform = try await RunningPlatform.start(
                in: directory, ["--kubeconfig", cluster.kubeconfig, "--without", "gateway"])
            defer { kill(platform.pid, SIGKILL) }
            @Sendable func waits() async throws -> String? {
                let response = try await platform.get("/readyz")
                return try JSONParser.parse(try await response.body.collect(limit: 1 << 16))["orchestrator"]?.string
            }
            #expect(try await waits() == "waits")
            #expect(try await first.stop() == 0)
            try await eventually("it leads") { try await waits() == "leads" ? true : nil }
            #expect(try await platform.stop() == 0)
        }
    }

    private func withCluster(
        _ count: Int? = nil, _ body: @escaping @Sendable (RunningCluster, URL, RuntimeCrowd) async throws -> Void
    ) async throws {
        let directory = try RunningPlatform.makeDirectory()
        defer { try? FileManager.default.removeItem(at: directory) }
        let asked = ProcessInfo.processInfo.environment["CLAWKIT_TEST_RUNTIMES"].flatMap { Int($0) }
        let count = count ?? asked ?? 36
        let cluster = try await RunningCluster.start(
            ["--data-dir", directory.path(), "--simulated-nodes", "\(max(2, count / 100))"])
        defer { cluster.kill() }
        let crowd = RuntimeCrowd(try KubernetesClient.connect(kubeconfig: cluster.kubeconfig), count: count)
        try await crowd.prepare(command: ["agent-runtime"])
        try await crowd.following { try await body(cluster, directory, crowd) }
        #expect(try await cluster.stop() == 0)
    }
}
