import ClawKit
import Foundation
import Synchronization

/// Replicas of one program beside each other, each a process, with work that never ends; and what they did.
///
/// The cluster is a process too, and the times are the replicas' own: how busy this process is changes none of them.
final class Replicas: Sendable {
    /// Work that was done, and when by the machine's uptime in nanoseconds.
    struct Done: Sendable {
        let by: String
        let key: String
        let begin: UInt64
        let end: UInt64
    }

    static let keys = 12
    let cluster: RunningCluster
    let client: KubernetesClient
    private let role: String
    private let all = Mutex<[RunningReplica]>([])

    private init(_ cluster: RunningCluster, _ role: String) throws {
        (self.cluster, self.role) = (cluster, role)
        client = try KubernetesClient.connect(kubeconfig: cluster.kubeconfig)
    }

    static func run(_ role: String, _ body: (Replicas) async throws -> Void) async throws {
        let cluster = try await RunningCluster.start()
        defer { cluster.kill() }
        let replicas = try Replicas(cluster, role)
        let work = try RunningReplica.start("\(keys)", "work", "20", on: cluster)
        defer { for one in replicas.all.withLock({ $0 }) + [work] { one.signal(SIGKILL) } }
        try await body(replicas)
        for one in replicas.all.withLock({ $0 }) + [work] { one.signal(SIGKILL) }
        _ = try await cluster.stop()
    }

    /// With leases of three seconds.
    @discardableResult
    func start(_ identity: String) throws -> RunningReplica {
        let replica = try RunningReplica.start(identity, role, "3", "2000", "400", on: cluster)
        all.withLock { $0.append(replica) }
        return replica
    }

    subscript(identity: String) -> RunningReplica? { all.withLock { $0.first { $0.identity == identity } } }

    /// Oldest first; what was refused did nothing.
    var done: [Done] {
        all.withLock { $0 }.flatMap { replica in
            replica.spans.compactMap { span in
                span.isRefused
                    ? nil : span.end.map { Done(by: replica.identity, key: span.key, begin: span.begin, end: $0) }
            }
        }.sorted { $0.end < $1.end }
    }

    /// Waits for work that is done after a moment by others than `old`, and tells by whom and how much later.
    func next(after moment: UInt64, notBy old: String = "") async throws -> (by: RunningReplica, delay: Duration) {
        let found = try await eventually(within: .seconds(60), "work that is not \(old)'s") { [self] in
            done.first { $0.end >= moment && $0.by != old }
        }
        guard let replica = self[found.by] else { throw Finding(.notFound, "There is no replica \(found.by).") }
        return (replica, .nanoseconds(Int64(found.end - moment)))
    }

    /// Waits until each key has been worked on after a moment, each by one of these, and tells how much later that was.
    func settled(after moment: UInt64, by names: Set<String>) async throws -> Duration {
        let end = try await eventually(within: .seconds(60), "all keys with \(names.sorted())") { [self] () -> UInt64? in
            let later = Dictionary(grouping: done.filter { $0.begin >= moment && names.contains($0.by) }, by: \.key)
            let (firsts, lasts) = (later.values.compactMap(\.first), later.values.compactMap(\.last))
            guard firsts.count == Self.keys, Set(lasts.map(\.by)) == names else { return nil }
            return firsts.map(\.end).max()
        }
        return .nanoseconds(Int64(end - moment))
    }

    /// The keys whose last work was this replica's, and what it wrote, as the server has them.
    func written(by identity: String) async throws -> [String: String] {
        let maps = try await client.list(ConfigMap.self, in: "default", labels: ["work": "yes"]).items
        let its = maps.filter { $0.annotations["by"] == identity }
        return Dictionary(uniqueKeysWithValues: its.map { ($0.name, $0.annotations["done"] ?? "") })
    }

    /// Who worked, in turn.
    var turns: [String] { done.reduce(into: []) { if $0.last != $1.by { $0.append($1.by) } } }

    /// Keys that two worked on at one time.
    var overlaps: [String] {
        let spans = done.sorted { ($0.key, $0.begin) < ($1.key, $1.begin) }
        return zip(spans, spans.dropFirst()).filter { $0.key == $1.key && $1.begin < $0.end }.map {
            "\($0.key): \($0.by) and \($1.by)"
        }
    }
}
