import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources

/// What must hold at any moment, whoever is dead and whatever has failed.
struct SoakWitness {
    private static let onTheWay: Set<RuntimePhase> = [
        .pending, .scheduled, .creating, .starting, .suspending, .waking, .recovering, .stopping,
    ]
    /// Beyond the longest deadline of a phase: for refused writes that are tried again, and clocks that are off.
    private static let patience = RuntimeDeadlines().start + .seconds(150)

    private struct Way {
        var phase: RuntimePhase
        var wish: String
        var since: Timestamp
    }
    private var ways: [String: Way] = [:]

    /// - Parameter lifeSince: since when an orchestrator has been alive without a break.
    /// - Returns: what is wrong; nil where nothing is.
    mutating func look(
        at cluster: SimulatedCluster, _ wishes: inout SoakWishes, lifeSince: Timestamp
    ) async throws -> String? {
        let pods = try await cluster.client.list(Pod.self, in: "demo").items
        if let problem = Self.twoAtOnce(pods) { return problem }
        let claims = try await cluster.client.list(PersistentVolumeClaim.self, in: "demo").items
        if let problem = Self.lost(claims, &wishes) { return problem }
        let runtimes = try await cluster.client.list(Runtime.self, in: "demo").items
        return tooLong(runtimes, cluster, lifeSince)
    }

    /// By whose they are, not by their names.
    private static func twoAtOnce(_ pods: [Pod]) -> String? {
        let living = pods.filter { !["Failed", "Succeeded"].contains($0.status?.phase ?? "") }
        let shared = Dictionary(grouping: living) { $0.labels["clawkit.dev/runtime"] ?? "" }
            .first { !$0.key.isEmpty && $0.value.count > 1 }
        return shared.map { "\($0.key) has \($0.value.count) pods at once: \($0.value.map(\.name))" }
    }

    private static func lost(_ claims: [PersistentVolumeClaim], _ wishes: inout SoakWishes) -> String? {
        let there = Dictionary(uniqueKeysWithValues: claims.filter { !$0.isBeingDeleted }.map { ($0.uid ?? "", $0.name) })
        for (uid, name) in wishes.volumes where there[uid] == nil {
            guard wishes.wipeable.contains(uid) else { return "the volume \(name) is wiped, and nobody asked for it" }
            wishes.volumes[uid] = nil
        }
        for (uid, name) in there { wishes.volumes[uid] = name }
        return nil
    }

    private mutating func tooLong(_ runtimes: [Runtime], _ cluster: SimulatedCluster, _ lifeSince: Timestamp) -> String? {
        let now = cluster.clock.now
        for runtime in runtimes {
            let wish = "\(runtime.uid ?? "")/\(runtime.metadata.generation ?? 0)/\(runtime.request)"
            guard let phase = runtime.status.phase, Self.onTheWay.contains(phase) else {
                ways[runtime.name] = nil
                continue
            }
            let before = ways[runtime.name].flatMap { $0.wish == wish ? $0 : nil }
            let way = Way(phase: phase, wish: wish, since: before?.since ?? now)
            ways[runtime.name] = way
            var time = now - max(way.since, lifeSince)
            if time > Self.patience, let rest = Self.lastRest(of: runtime, cluster), rest > way.since {
                // Between two looks it was there, and set out again.
                ways[runtime.name]?.since = rest
                time = now - max(rest, lifeSince)
            }
            if time > Self.patience { return "\(runtime.name) is on its way for \(time), \(phase) now: \(runtime.status.document)" }
        }
        return nil
    }

    private static func lastRest(of runtime: Runtime, _ cluster: SimulatedCluster) -> Timestamp? {
        cluster.history.revisions(of: Runtime.self, runtime.name, in: "demo").last { revision in
            Runtime(document: revision.object).status.phase.map { !onTheWay.contains($0) } ?? false
        }?.time
    }

    // MARK: what nobody is told

    /// - Parameter log: what orchestrators have logged.
    static func secretsTold(
        _ cluster: SimulatedCluster, _ wishes: SoakWishes, log: String
    ) async throws -> String? {
        let client = cluster.client
        var secrets = wishes.canaries
        for secret in try await client.list(KubernetesSecret.self, in: "demo").items {
            for text in secret.data.values {
                secrets.insert(text)
                if let bytes = Base64.decode(text) { secrets.insert(String(decoding: bytes, as: UTF8.self)) }
            }
        }
        var places = ["the log": log]
        for runtime in try await client.list(Runtime.self, in: "demo").items {
            places["the runtime \(runtime.name)"] = JSON.object(runtime.document).description
        }
        for event in try await client.list(Event.self, in: "demo").items {
            places["the event \(event.name)"] = JSON.object(event.document).description
        }
        for pod in try await client.list(Pod.self, in: "demo").items {
            places["the pod \(pod.name)"] = JSON.object(pod.document).description
        }
        for checkpoint in try await client.list(Checkpoint.self, in: "demo").items {
            places["the checkpoint \(checkpoint.name)"] = JSON.object(checkpoint.document).description
        }
        for (place, text) in places {
            if secrets.contains(where: { $0.count > 6 && text.contains($0) }) { return "a secret stands in \(place): \(text)" }
        }
        return nil
    }
}
