import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import ServiceLifecycleTestKit
import Synchronization

@testable import ClawControl

/// A replica of some operator, whose work as the leader is to write down its token, again and again.
final class Candidate: Sendable {
    let name: String
    let isCut = Mutex(false)
    private let election = Mutex<LeaderElection?>(nil)
    private let trigger = Mutex<GracefulShutdownTestTrigger?>(nil)
    private let ended = Mutex(false)

    init(_ name: String) { self.name = name }

    var isLeader: Bool { election.withLock { $0?.status.isLeader ?? false } }
    var leader: String? { election.withLock { $0?.status.leader } }
    var hasEnded: Bool { ended.withLock { $0 } }

    /// Cuts this replica off from its API server, or joins it again.
    func cut(_ isCut: Bool) { self.isCut.withLock { $0 = isCut } }

    func shutDownGracefully() { trigger.withLock { $0 }?.triggerGracefulShutdown() }

    func run(_ subject: TestSubject, every interval: Duration = .milliseconds(300)) async throws {
        let api = CutAPI(base: subject.client, isCut: { [self] in isCut.withLock { $0 } })
        let election = try LeaderElection(
            lease: "operator", in: "default", identity: name, api: api, time: subject.time,
            options: ElectionOptions(drain: .milliseconds(500)))
        self.election.withLock { $0 = election }
        let name = name
        try await testGracefulShutdown { trigger in
            self.trigger.withLock { $0 = trigger }
            try await election.run { leadership in
                let fenced = leadership.fenced(api)
                while true {
                    do {
                        _ = try await fenced.create(
                            ConfigMap(
                                metadata: ObjectMeta(generateName: "note-", namespace: "default"),
                                data: ["token": "\(leadership.token)", "by": name]))
                    } catch let error as CancellationError {
                        throw error
                    } catch {
                        try Task.checkCancellation()
                    }
                    try await subject.time.sleep(for: interval)
                }
            }
        }
        ended.withLock { $0 = true }
    }
}

/// A network that can be cut.
private struct CutAPI: KubernetesAPI {
    let base: any KubernetesAPI
    let isCut: @Sendable () -> Bool
    var reading: DocumentReading { base.reading }

    func document(for request: APIRequest) async throws -> JSONObject {
        if isCut() { throw TransportError(code: .unreachable, message: "The network is cut.") }
        return try await base.document(for: request)
    }

    func stream(for request: APIRequest) async throws -> Body {
        if isCut() { throw TransportError(code: .unreachable, message: "The network is cut.") }
        return try await base.stream(for: request)
    }
}

/// What leaders wrote, in the order in which the server took it.
struct Notes {
    let entries: [(time: Timestamp, token: Int, by: String)]

    init(_ cluster: SimulatedCluster) {
        entries = cluster.history.revisions { $0.plural == "configmaps" && $0.name.hasPrefix("note-") }.compactMap {
            guard let data = $0.object["data"], let token = data["token"]?.string.flatMap({ Int($0) }),
                let by = data["by"]?.string
            else { return nil }
            return ($0.time, token, by)
        }
    }

    /// Where somebody wrote after he had been overtaken; nil where nobody did.
    var overlap: String? {
        var last: (time: Timestamp, token: Int, by: String)?
        for entry in entries {
            if let last, entry.token < last.token || (entry.token == last.token && entry.by != last.by) {
                return "\(entry) after \(last)"
            }
            last = entry
        }
        return nil
    }
}

extension SimulatedCluster {
    /// A cluster with nothing in it that takes time.
    static func bareOptions(_ faults: ClusterFaults = .none) -> Options {
        var options = Options()
        options.nodes = nil
        options.cluster.controllers = []
        options.faults = faults
        return options
    }

    /// Runs candidates beside `body`.
    func withCandidates(
        _ candidates: [Candidate], while body: @escaping @Sendable () async throws -> Void
    ) async throws {
        guard let first = candidates.first else { return try await body() }
        let rest = Array(candidates.dropFirst())
        try await withSubject(first.name, { try await first.run($0) }) {
            try await self.withCandidates(rest, while: body)
        }
    }
}
