import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources

/// What there must be once people have wished for the last time and nothing goes wrong any more.
struct SoakEnd {
    let client: KubernetesClient
    let wishes: SoakWishes

    /// The first thing that is not as it should be; nil where all is.
    func difference() async throws -> String? {
        let runtimes = try await client.list(Runtime.self, in: "demo").items
        if let extra = runtimes.first(where: { wishes.runtimes[$0.name] == nil }) { return "\(extra.name) is there still" }
        let pods = Dictionary(grouping: try await client.list(Pod.self, in: "demo").items) {
            $0.labels["clawkit.dev/runtime"] ?? ""
        }
        let claims = try await client.list(PersistentVolumeClaim.self, in: "demo").items
        for (name, wish) in wishes.runtimes.sorted(by: { $0.key < $1.key }) {
            guard let runtime = runtimes.first(where: { $0.name == name }) else { return "\(name) is lost" }
            if runtime.hasNewWish { return "\(name) is not looked at: \(runtime.status.document)" }
            let claim = claims.first { $0.name == "\(name)-state" }
            let problem = try await difference(runtime, wish, pods[name] ?? [], claim)
            if let problem { return "\(name) \(problem): wanted \(wish), is \(runtime.status.document)" }
        }
        return try await orphan(pods, claims)
    }

    private func difference(
        _ runtime: Runtime, _ wish: SoakWish, _ pods: [Pod], _ claim: PersistentVolumeClaim?
    ) async throws -> String? {
        switch wish.desired {
        case .stopped: return runtime.status.phase == .stopped && pods.isEmpty ? nil : "is not stopped"
        case .suspended: return runtime.status.phase == .suspended && pods.isEmpty ? nil : "is not suspended"
        case .running: break
        }
        if let owner = claim?.labels["clawkit.dev/user"], owner != wish.user {
            // Asleep for want of use before the volume was somebody else's: it stays so until somebody comes.
            let isKeptOut = runtime.status.phase == .refused && runtime.status.lastError?.code == "E_VOLUME_TAKEN"
            return isKeptOut && pods.isEmpty ? nil : "gets somebody else's volume"
        }
        guard claim?.isBeingDeleted == false else { return "has no volume" }
        if wish.idles {
            let sleeps = runtime.status.phase == .suspended && runtime.status.sleep?.reason == .idle
            return sleeps && pods.isEmpty ? nil : "does not sleep"
        }
        guard runtime.status.phase == .ready else { return "is not ready" }
        guard pods.count == 1, let pod = pods.first else { return "has \(pods.count) pods" }
        if pod.status?.conditions.first(where: { $0.type == "Ready" })?.status != "True" { return "has a pod that is not ready" }
        guard pod.metadata.controllerReference?.uid == runtime.uid else { return "has the pod of somebody else" }
        return try await content(runtime, wish, pod)
    }

    /// What runs in the pod, and with what.
    private func content(_ runtime: Runtime, _ wish: SoakWish, _ pod: Pod) async throws -> String? {
        let container = pod.spec?.containers.first
        let value = { (name: String) in container?.env.first { $0.name == name }?.value }
        if value("MARK") != wish.mark { return "runs with MARK=\(value("MARK") ?? "")" }
        if value("TEAM") != wishes.team { return "runs with TEAM=\(value("TEAM") ?? "")" }
        let command = wish.template == "tools" ? wishes.command : ["agent-runtime"]
        if container?.command != command { return "runs \(container?.command ?? [])" }
        let secret = try await client.find(KubernetesSecret.self, "\(runtime.name)-runtime", in: "demo")
        let text = { (name: String) in
            secret?.data[name].flatMap { Base64.decode($0) }.map { String(decoding: $0, as: UTF8.self) }
        }
        if text("TOKEN") != wishes.token { return "does not have the newest secret" }
        let grant = try await client.find(ModelGrantResource.self, runtime.name, in: "demo")
        guard let grant, let key = text(RuntimeCell.modelKey) else { return "has no model key" }
        if grant.keyHash != Token.hash(key) { return "has a key that no grant knows" }
        if Set(grant.models) != Set(wish.models) || grant.user != wish.user { return "may call \(grant.models) as \(grant.user)" }
        return nil
    }

    /// What nobody wants any more and nobody has taken away.
    private func orphan(_ pods: [String: [Pod]], _ claims: [PersistentVolumeClaim]) async throws -> String? {
        for name in pods.keys where wishes.runtimes[name] == nil { return "a pod of \(name) is left over" }
        let owners: [(String, [String])] = [
            ("secret", try await client.list(KubernetesSecret.self, in: "demo").items.compactMap { $0.labels["clawkit.dev/runtime"] }),
            ("grant", try await client.list(ModelGrantResource.self, in: "demo").items.compactMap { $0.labels["clawkit.dev/runtime"] }),
            ("checkpoint", try await client.list(Checkpoint.self, in: "demo").items.compactMap { $0.labels["clawkit.dev/runtime"] }),
        ]
        for (kind, names) in owners {
            if let name = names.first(where: { wishes.runtimes[$0] == nil }) { return "a \(kind) of \(name) is left over" }
        }
        let wiped = claims.first { wishes.doomed.contains($0.uid ?? "") }
        return wiped.map { "the volume \($0.name) was to be wiped and is there" }
    }
}
