import ClawBase
@testable import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import ClawResources
import Synchronization

/// One run: what people do and what fails, drawn from a seed, with what must hold looked at whenever time goes on.
struct SoakStory {
    private let cluster: SimulatedCluster
    private let orchestrators: SoakOrchestrators
    private let pods: SoakPods
    private var random: SeededNumbers
    private var wishes = SoakWishes()
    private var witness = SoakWitness()
    private var deeds: [String] = []
    private var lostNode: String?
    private var count = 0
    private var seen = -1
    private static let names = ["ada", "bob", "eve", "kim"]
    private static let nodes = 3

    private init(_ cluster: SimulatedCluster, _ pods: SoakPods, isElected: Bool) {
        (self.cluster, self.pods) = (cluster, pods)
        orchestrators = SoakOrchestrators(cluster, isElected: isElected)
        random = SeededNumbers(seed: cluster.seed)
    }

    /// - Parameter rounds: of deeds, before all is left in peace.
    static func run(seed: UInt64, rounds: Int) async throws {
        let pods = SoakPods()
        var options = SimulatedCluster.Options()
        options.nodes = SimulatedNodes.Configuration(count: nodes) { pods.behavior(of: $0) }
        options.faults = .usual
        try await SimulatedCluster.run(seed: seed, options) { cluster in
            let story = SoakStory(cluster, pods, isElected: seed % 2 == 0)
            try await story.prepare()
            try await withThrowingTaskGroup(of: Bool.self) { group in
                defer { group.cancelAll() }
                group.addTask {
                    try await story.orchestrators.run()
                    return false
                }
                group.addTask {
                    var story = story
                    for _ in 0..<rounds { try await story.round() }
                    try await story.end()
                    return true
                }
                while let isEnd = try await group.next() { if isEnd { return } }
            }
        }
    }

    private func prepare() async throws {
        try await ClawGroup.install(in: cluster.client)
        _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: "demo")))
        _ = try await cluster.client.create(secret)
        _ = try await cluster.client.create(environment)
        try await publish()
    }

    private var secret: KubernetesSecret {
        KubernetesSecret(metadata: ObjectMeta(name: "team", namespace: "demo"), stringData: ["token": wishes.token])
    }

    private var environment: EnvironmentSet {
        var spec = EnvironmentSpec()
        spec.variables = [
            EnvironmentVariable("TEAM", value: wishes.team), EnvironmentVariable("TOKEN", secret: "team", key: "token"),
        ]
        return EnvironmentSet(name: "project", in: "demo", spec: spec)
    }

    private func publish() async throws {
        var context = Fixture.context
        context.templates = [
            ClawConfiguration.Template(name: "default", command: ["agent-runtime"]),
            ClawConfiguration.Template(name: "tools", command: wishes.command, port: 9000),
        ]
        try await PlatformSettings.publish(context, in: cluster.client)
    }

    // MARK: time

    private mutating func round() async throws {
        for _ in 0..<roll(1...3) { try await act() }
        try await pass(.milliseconds(roll(0...90_000)))
        if roll(1...10) == 1 { try await pass(.seconds(roll(90...600))) }
        let problem = try await SoakWitness.secretsTold(cluster, wishes, log: orchestrators.takeLog())
        if let problem { throw failure(problem) }
    }

    private mutating func pass(_ time: Duration) async throws {
        var problem: String?
        _ = try await cluster.clock.advance(atMost: time) {
            // Where nobody has asked anything of the cluster, it is as it was.
            if cluster.history.count != seen {
                problem = try await witness.look(at: cluster, &wishes, lifeSince: orchestrators.lastBreak)
                seen = cluster.history.count
            }
            return problem != nil
        }
        if let problem { throw failure(problem) }
    }

    private func failure(_ problem: String, _ requests: [String] = []) -> SoakFailure {
        SoakFailure(seed: cluster.seed, time: cluster.clock.now, problem: problem, deeds: deeds, requests: requests)
    }

    /// Peace: in the end everything is as it was wished, and then nothing is written any more.
    private mutating func end() async throws {
        deeds.append("\(cluster.clock.now.rfc3339()) peace")
        try await recoverNode()
        for uid in pods.calmDown() { try await killPod(uid: uid) }
        orchestrators.calmDown()
        // Whoever has failed by then was too late once too often; people ask for it again.
        for _ in 0..<4 {
            try await pass(.minutes(15))
            for runtime in try await cluster.client.list(Runtime.self, in: "demo").items where runtime.status.phase == .failed {
                if wishes.runtimes[runtime.name]?.desired == .running { try await annotate(runtime.name, Runtime.recoverAnnotation) }
            }
            if try await SoakEnd(client: cluster.client, wishes: wishes).difference() == nil { break }
        }
        try await pass(.minutes(15))
        let isSo = SoakEnd(client: cluster.client, wishes: wishes)
        if let problem = try await isSo.difference() { throw failure(problem, orchestratorRequests(from: 0)) }
        let start = cluster.history.count
        try await pass(.minutes(10))
        let writes = orchestratorRequests(from: start) { $0.isWrite && $0.resource != "leases" }
        if !writes.isEmpty { throw failure("nothing was to be done, and it was written", writes) }
        if let problem = try await isSo.difference() { throw failure("at rest: \(problem)") }
    }

    private func orchestratorRequests(
        from start: Int, _ isWanted: (ClusterHistory.Entry) -> Bool = { $0.isWrite && $0.resource != "leases" }
    ) -> [String] {
        cluster.history.requests(from: start).filter { SoakOrchestrators.names.contains($0.userAgent) && isWanted($0) }
            .map { "\($0.time.rfc3339(fractionDigits: 3)) \($0.userAgent) \($0)" }
    }

    // MARK: deeds

    private mutating func roll(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    private mutating func note(_ deed: String) { deeds.append("\(cluster.clock.now.rfc3339(fractionDigits: 3)) \(deed)") }

    private mutating func act() async throws {
        let name = Self.names[roll(0...Self.names.count - 1)]
        count += 1
        guard let wish = wishes.runtimes[name] else { return try await create(name) }
        switch roll(0...26) {
        case 0...4: try await want(name, [.running, .running, .suspended, .stopped][roll(0...3)])
        case 5: try await annotate(name, [Runtime.restartAnnotation, Runtime.recoverAnnotation, Runtime.wakeAnnotation][roll(0...2)])
        case 6...7: try await visit(name)
        case 8: try await change(name, "sleep") { $0.idles.toggle() }
        case 9: try await change(name, "variable") { [count] in $0.mark = "m\(count)" }
        case 10: try await change(name, "template") { $0.template = $0.template == nil ? "tools" : nil }
        case 11: try await change(name, "models") { $0.models = $0.models.count == 2 ? ["echo"] : ["echo", "gpt"] }
        case 12...13: try await change(name, "retention") { $0.wipes.toggle() }
        case 14...15: try await delete(name, wish)
        case 16:
            // In the same breath: nobody has had the time to heed the first.
            try await change(name, "retention") { $0.wipes.toggle() }
            try await delete(name, wishes.runtimes[name] ?? wish)
        case 17: try await changeSettings()
        case 18: try await rotate()
        case 19...21: try await killSomePod(of: name)
        case 22: try await loseNode()
        case 23: try await recoverNode()
        case 24: try await takeGrant(name)
        case 25: try await takeLead()
        default:
            note("the API server is started anew")
            cluster.restartServer()
        }
    }

    private mutating func create(_ name: String) async throws {
        // One that is on its way out has its name still.
        if try await cluster.client.find(Runtime.self, name, in: "demo") != nil { return }
        let wish = SoakWish(
            user: roll(1...4) == 1 ? "mallory" : name, wipes: roll(0...1) == 0, template: roll(0...1) == 0 ? "tools" : nil,
            mark: "m\(count)", models: ["echo"], idles: roll(0...4) == 0, keepsProcess: roll(0...3) == 0)
        note("create \(name) of \(wish.user), wipes: \(wish.wipes)")
        _ = try await cluster.client.create(Runtime(metadata: ObjectMeta(name: name, namespace: "demo"), spec: wish.spec))
        wishes.runtimes[name] = wish
    }

    private mutating func change(_ name: String, _ what: String, _ edit: (inout SoakWish) -> Void) async throws {
        guard var wish = wishes.runtimes[name] else { return }
        edit(&wish)
        note("\(name): another \(what)")
        var patch = wish.spec.document
        if !wish.idles { patch["idle"] = .null }
        if wish.template == nil { patch["template"] = .null }
        _ = try await cluster.client.mergePatch(Runtime.self, name, in: "demo", ["spec": .object(patch)])
        wishes.runtimes[name] = wish
    }

    private mutating func want(_ name: String, _ desired: RuntimeSpec.DesiredState) async throws {
        note("\(name) is to be \(desired)")
        _ = try await cluster.client.mergePatch(
            Runtime.self, name, in: "demo", ["spec": ["desiredState": .string(desired.rawValue)]])
        wishes.runtimes[name]?.desired = desired
    }

    private mutating func annotate(_ name: String, _ annotation: String) async throws {
        note("\(name): \(annotation)")
        let now = cluster.clock.now.rfc3339(fractionDigits: 6)
        _ = try await cluster.client.mergePatch(
            Runtime.self, name, in: "demo", ["metadata": ["annotations": [annotation: .string(now)]]])
    }

    private mutating func visit(_ name: String) async throws {
        guard let uid = try await cluster.client.find(Runtime.self, name, in: "demo")?.uid else { return }
        note("\(name) is visited")
        try await RuntimeUse.tell(
            cluster.clock.now, of: ObjectKey(namespace: "demo", name: name), uid, cluster.client)
    }

    private mutating func delete(_ name: String, _ wish: SoakWish) async throws {
        note("delete \(name), wipes: \(wish.wipes)")
        let claim = try await cluster.client.find(PersistentVolumeClaim.self, "\(name)-state", in: "demo")
        if wish.wipes, let claim, claim.labels["clawkit.dev/user"] == wish.user {
            wishes.wipeable.insert(claim.uid ?? "")
            let isKnown = try await cluster.client.find(Runtime.self, name, in: "demo")?.hasNewWish == false
            if isKnown { wishes.doomed.insert(claim.uid ?? "") }
        }
        try await cluster.client.delete(Runtime.self, name, in: "demo")
        wishes.runtimes[name] = nil
    }

    private mutating func changeSettings() async throws {
        if roll(0...1) == 0 {
            wishes.command = ["tools", "--serve", "\(count)"]
            note("another template")
            try await publish()
        } else {
            wishes.team = "t\(count)"
            note("another environment")
            _ = try await cluster.client.mergePatch(
                EnvironmentSet.self, "project", in: "demo", ["spec": .object(environment.spec.document)])
        }
    }

    private mutating func rotate() async throws {
        wishes.rotate("canary-\(count)")
        note("another secret")
        _ = try await cluster.client.mergePatch(
            KubernetesSecret.self, "team", in: "demo", ["data": ["token": .string(Base64.encode(Array(wishes.token.utf8)))]])
    }

    private mutating func takeGrant(_ name: String) async throws {
        note("the grant of \(name) is taken away")
        try await cluster.client.deleteIfPresent(ModelGrantResource.self, name, in: "demo", uid: nil)
    }

    // MARK: what fails

    private mutating func killSomePod(of name: String) async throws {
        let pods = try await cluster.client.list(Pod.self, in: "demo", labels: ["clawkit.dev/runtime": name]).items
        guard let pod = pods.first(where: { !$0.isBeingDeleted }) else { return }
        note("the pod of \(name) is deleted")
        try await cluster.client.deleteIfPresent(
            Pod.self, pod.name, in: "demo", gracePeriodSeconds: roll(0...1) == 0 ? 0 : nil, uid: pod.uid)
    }

    private func killPod(uid: String) async throws {
        let pods = try await cluster.client.list(Pod.self, in: "demo").items
        guard let pod = pods.first(where: { $0.uid == uid }) else { return }
        try await cluster.client.deleteIfPresent(Pod.self, pod.name, in: "demo", uid: uid)
    }

    private mutating func loseNode() async throws {
        guard lostNode == nil else { return }
        let node = "simulated-\(roll(1...Self.nodes))"
        note("the node \(node) is lost")
        try await cluster.nodes?.lose(node)
        lostNode = node
    }

    private mutating func recoverNode() async throws {
        guard let node = lostNode else { return }
        note("the node \(node) is back")
        try await cluster.nodes?.recover(node)
        lostNode = nil
    }

    /// Somebody else claims to lead, and is never heard of again.
    private mutating func takeLead() async throws {
        guard let lease = try await cluster.client.find(Lease.self, SoakOrchestrators.lease, in: "kube-system") else { return }
        note("a stranger takes the lead")
        let now = cluster.clock.now.rfc3339(fractionDigits: 6)
        _ = try await cluster.client.mergePatch(
            Lease.self, lease.name, in: "kube-system",
            ["spec": ["holderIdentity": .string("stranger-\(count)"), "acquireTime": .string(now), "renewTime": .string(now)]])
    }
}

/// How pods live: most well, some badly, as long as it is not said that this is over.
final class SoakPods: Sendable {
    private struct State {
        var isCalm = false
        var bad: [String] = []
    }
    private let state = Mutex(State())

    func behavior(of pod: Pod) -> PodBehavior {
        let (luck, time) = (Chance.number(in: 0...99), Chance.number(in: 0...15))
        let good = PodBehavior(imagePull: .seconds(time), readyAfter: .seconds(time / 3), termination: .seconds(time / 2))
        guard luck >= 75, !state.withLock({ $0.isCalm }) else { return good }
        state.withLock { $0.bad.append(pod.uid ?? "") }
        switch luck {
        case 75...79: return PodBehavior(failsToPull: true)
        case 80...84: return PodBehavior(life: .crashes(after: .seconds(time), times: 3))
        case 85...88: return PodBehavior(life: .crashes(after: .seconds(1)))
        case 89...92: return PodBehavior(flapping: .init(readyFor: .seconds(40), unreadyFor: .seconds(20)))
        case 93...96: return PodBehavior(termination: .minutes(5))
        default: return PodBehavior(readyAfter: .hours(1))
        }
    }

    /// From now on all live well.
    /// - Returns: the pods, by their uids, that were made to live badly.
    func calmDown() -> [String] {
        state.withLock { state in
            state.isCalm = true
            return state.bad
        }
    }
}
