import ClawBase
import ClawCluster
import ClawControl
import ClawKubernetes
import ClawModels
import Logging
import Testing

/// A controller that keeps a copy of each ConfigMap labelled `copy=yes`, under the name `NAME-copy`.
private struct Copier: Sendable {
    enum Flaw { case none, writesAlways, forgetsOnDeath, givesUp }
    let subject: TestSubject
    var flaw = Flaw.none

    func run() async throws {
        let api = subject.client
        let caches = SharedCaches(api, time: subject.time)
        let maps = caches.cache(ConfigMap.self)
        let controller = Controller(
            "copier", caches: caches, logger: Logger(label: "copier") { _ in SwiftLogNoOpLogHandler() }
        ) { [flaw] key in
            guard let source = maps[key], source.metadata.labels["copy"] == "yes", !source.isBeingDeleted else { return .settled }
            let name = "\(key.name)-copy"
            let marked = source.metadata.annotations["copied"] != nil
            if flaw == .forgetsOnDeath, marked { return .settled }
            if flaw == .forgetsOnDeath {
                _ = try await api.edit(ConfigMap.self, key.name, in: key.namespace) { $0.metadata.annotations["copied"] = "yes" }
            }
            do {
                if var copy = try await api.find(ConfigMap.self, name, in: key.namespace) {
                    guard flaw == .writesAlways || copy.data != source.data else { return .settled }
                    copy.data = source.data
                    _ = try await api.replace(copy)
                } else {
                    _ = try await api.create(
                        ConfigMap(metadata: ObjectMeta(name: name, namespace: key.namespace), data: source.data))
                }
            } catch where flaw == .givesUp {
                return .settled
            } catch let error as KubernetesError where error.isConflict || error.isAlreadyExists {
                return .again(after: .seconds(1))
            }
            return .settled
        }
        .reconciles(ConfigMap.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await caches.run() }
            group.addTask { try await controller.run() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

@Suite("Trials of controllers")
struct TrialTests {
    private func trial(_ flaw: Copier.Flaw) -> Trial {
        var trial = Trial("copier") { subject in
            try await Copier(subject: subject, flaw: flaw).run()
        } given: { cluster in
            for name in ["a", "b", "c"] {
                _ = try await cluster.client.create(
                    ConfigMap(
                        metadata: ObjectMeta(name: name, namespace: "default", labels: ["copy": "yes"]), data: ["k": name]))
            }
        } until: { cluster in
            let maps = try await cluster.client.list(ConfigMap.self, in: "default").items
            return Set(maps.map(\.name)).isSuperset(of: ["a-copy", "b-copy", "c-copy"])
        }
        trial.options.nodes = nil
        return trial
    }

    @Test("a good controller passes all of them, and its rights are known")
    func good() async throws {
        let trial = trial(.none)
        try await trial.converges(seeds: 1...10)
        try await trial.isIdempotent()
        try await trial.survivesCrashes()
        let role = try await trial.leastPrivilege()
        #expect(role.rules.flatMap(\.resources) == ["configmaps"])
        #expect(role.rules.flatMap(\.verbs) == ["create", "get", "list", "watch"])
    }

    @Test("one that gives up on errors is found out, and the same seed finds it again")
    func givesUp() async throws {
        var seeds: [UInt64] = []
        for _ in 0..<2 {
            await #expect {
                try await trial(.givesUp).converges(seeds: 1...40)
            } throws: { error in
                if let failure = error as? TrialFailure { seeds.append(failure.seed) }
                return error is TrialFailure
            }
        }
        #expect(seeds.count == 2)
        #expect(seeds.first == seeds.last)
    }

    @Test("one that writes though nothing is to be done is found out")
    func writesAlways() async throws {
        await #expect { try await trial(.writesAlways).isIdempotent() } throws: { error in
            (error as? TrialFailure)?.requests.contains { $0.verb == "update" && $0.resource == "configmaps" } == true
        }
    }

    @Test("one that marks its work as done before it is done does not survive its death")
    func forgets() async throws {
        await #expect { try await trial(.forgetsOnDeath).survivesCrashes() } throws: { $0 is TrialFailure }
    }
}
