import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import Testing

@testable import ClawControl

@Suite("What a cache knows")
struct CacheStateTests {
    private typealias State = CacheState<ConfigMap>

    private static func map(_ name: String, _ version: Int, _ data: String = "") -> ConfigMap {
        ConfigMap(
            metadata: ObjectMeta(name: name, namespace: "demo", resourceVersion: "\(version)", uid: "u-\(name)"),
            data: data.isEmpty ? [:] : ["k": data])
    }
    private static let a = ObjectKey(namespace: "demo", name: "a")

    @Test("what was written here is not undone by what the watch tells late")
    func writtenAhead() {
        var state = State()
        _ = state.replace(with: [Self.map("a", 1)], version: "1")
        #expect(state.noteWritten(Self.map("a", 5, "mine"))?.old?.resourceVersion == "1")
        #expect(state.apply(Self.map("a", 3, "earlier")) == nil)
        #expect(state.apply(Self.map("a", 5, "mine")) == nil, "its own echo")
        #expect(state.object(Self.a)?.data == ["k": "mine"])
        #expect(state.apply(Self.map("a", 6, "later")) != nil)
        #expect(state.noteWritten(Self.map("a", 5, "mine")) == nil, "the watch was quicker")
        #expect(state.object(Self.a)?.data == ["k": "later"])
    }

    @Test("what was deleted here does not come back by an event from before")
    func deletedAhead() {
        var state = State()
        _ = state.replace(with: [Self.map("a", 4)], version: "4")
        #expect(state.noteDeleted(Self.a, uid: "u-a", version: 7)?.new == nil)
        #expect(state.apply(Self.map("a", 6)) == nil)
        #expect(state.object(Self.a) == nil)
        #expect(state.remove(Self.map("a", 7)) == nil)
        #expect(state.apply(Self.map("a", 9)) != nil, "made anew")
        #expect(state.noteDeleted(Self.a, uid: "another", version: 20) == nil, "not the one that was meant")
        #expect(state.object(Self.a) != nil)
    }

    @Test("an answer to a write from before an object's end does not bring it back, however late it comes")
    func answerAfterEnd() {
        var state = State()
        _ = state.replace(with: [Self.map("a", 4)], version: "4")
        // The last finalizer was taken away: the watch tells of the end, then the writer hears of the object.
        #expect(state.remove(Self.map("a", 8))?.new == nil)
        #expect(state.noteWritten(Self.map("a", 7)) == nil)
        #expect(state.noteWritten(Self.map("a", 8)) == nil)
        #expect(state.object(Self.a) == nil)
        #expect(state.noteWritten(Self.map("a", 9)) != nil, "made anew")
    }

    @Test("ends are remembered as long as they count: the newest few thousand")
    func boundedRemovals() {
        var removals = Removals()
        for number in 1...10_000 { removals.add(ObjectKey(namespace: "demo", name: "n\(number % 6000)"), UInt64(number)) }
        #expect(removals[ObjectKey(namespace: "demo", name: "n4000")] == 10_000)
        #expect(removals[ObjectKey(namespace: "demo", name: "n4001")] == 0, "too long ago")
        #expect(removals[ObjectKey(namespace: "demo", name: "n0")] == 6000)
    }

    @Test("a list from before a write neither removes nor resurrects")
    func oldList() {
        var state = State()
        _ = state.replace(with: [Self.map("a", 1), Self.map("b", 2)], version: "2")
        _ = state.noteWritten(Self.map("c", 10))
        _ = state.noteDeleted(ObjectKey(namespace: "demo", name: "b"), uid: nil, version: 11)
        let changes = state.replace(with: [Self.map("a", 1), Self.map("b", 2)], version: "9")
        #expect(changes.isEmpty)
        #expect(Set(state.all.map(\.name)) == ["a", "c"])
        // A list from afterwards decides.
        _ = state.replace(with: [Self.map("a", 1)], version: "12")
        #expect(state.all.map(\.name) == ["a"])
    }

    @Test("versions that are no numbers are followed as they come")
    func opaqueVersions() {
        var state = State()
        func map(_ version: String) -> ConfigMap {
            ConfigMap(metadata: ObjectMeta(name: "a", namespace: "demo", resourceVersion: version))
        }
        #expect(state.apply(map("x")) != nil)
        #expect(state.apply(map("x")) == nil)
        #expect(state.apply(map("b")) != nil)
        #expect(state.noteWritten(map("c")) == nil, "nobody can tell whether it is newer")
    }

    @Test("however events, answers and lists mix, it ends where the server is")
    func property() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var (state, server, version) = (State(), [String: ConfigMap](), 0)
            // What the watch has not told yet.
            var events: [(isDeleted: Bool, object: ConfigMap)] = []
            for _ in 0..<60 {
                let name = ["a", "b", "c"].randomElement(using: &random)!
                switch Int.random(in: 0..<6, using: &random) {
                case 0, 1, 2:
                    version += 1
                    let object = Self.map(name, version, "\(version)")
                    server[name] = object
                    events.append((false, object))
                    if Bool.random(using: &random) { _ = state.noteWritten(object) }
                case 3:
                    guard var object = server.removeValue(forKey: name) else { continue }
                    version += 1
                    object.metadata.resourceVersion = "\(version)"
                    events.append((true, object))
                    if Bool.random(using: &random) {
                        _ = state.noteDeleted(ObjectKey(object), uid: object.uid, version: UInt64(version))
                    }
                case 4:
                    guard !events.isEmpty else { continue }
                    let event = events.removeFirst()
                    _ = event.isDeleted ? state.remove(event.object) : state.apply(event.object)
                default:
                    guard Int.random(in: 0..<5, using: &random) == 0 else { continue }
                    _ = state.replace(with: Array(server.values), version: "\(version)")
                    events = []
                }
            }
            for event in events { _ = event.isDeleted ? state.remove(event.object) : state.apply(event.object) }
            #expect(Set(state.all.map(\.document)) == Set(server.values.map(\.document)))
            #expect(state.statistics.objects == server.count)
        }
    }

    @Test("moved to a file it reads the same, and the room of what goes is used again")
    func spilled() throws {
        var state = State()
        _ = state.replace(with: (0..<500).map { Self.map("m\($0)", $0 + 1, "value \($0)") }, version: "500")
        #expect(state.statistics.bytesInMemory > 500 * 40 && state.statistics.bytesOnDisk == 0)
        state.spill(to: try SpillFile())
        #expect(state.statistics.bytesInMemory == 0 && state.statistics.bytesOnDisk > 0 && state.statistics.objects == 500)
        #expect(state.object(ObjectKey(namespace: "demo", name: "m77"))?.data == ["k": "value 77"])
        for round in 1...3 {
            for index in 0..<500 { _ = state.apply(Self.map("m\(index)", round * 1000 + index, "round \(round)")) }
        }
        #expect(state.all.allSatisfy { $0.data == ["k": "round 3"] } && state.all.count == 500)
        _ = state.replace(with: [], version: "9000")
        #expect(state.statistics == CacheStatistics())
    }

    @Test("an index finds what has a value now, and nothing that had it")
    func index() async throws {
        let feed = Feed()
        for name in ["a", "b", "c"] { feed.put(name) { $0.data["color"] = name == "c" ? "red" : "blue" } }
        let cache = ObjectCache(ConfigMap.self, of: feed)
        let byColor = cache.index { $0.data["color"].map { [$0] } ?? [] }
        try await withRunning({ try await cache.run() }) {
            try await cache.waitUntilSynced()
            try await eventually("the watch") { feed.watchCount == 1 }
            #expect(byColor["blue"].map(\.name) == ["a", "b"])
            feed.put("a") { $0.data["color"] = "red" }
            feed.remove("b")
            try await eventually("the change") { byColor["red"].map(\.name) == ["a", "c"] }
            try await eventually("the end") { byColor["blue"].isEmpty && byColor.keys(of: "blue").isEmpty }
            let late = cache.index { _ in ["all"] }
            #expect(late["all"].count == 2)
        }
    }

    @Test("beyond the budget the largest kind moves to disk, Secrets never")
    func budget() async throws {
        let feed = Feed()
        for index in 0..<200 { feed.put("m\(index)") { $0.data["k"] = String(repeating: "x", count: 500) } }
        let caches = SharedCaches(feed, memoryBudget: 50_000)
        let (maps, secrets) = (caches.cache(ConfigMap.self), caches.cache(KubernetesSecret.self, in: .allSecrets))
        try await withRunning({ try await caches.run() }) {
            try await maps.waitUntilSynced()
            try await secrets.waitUntilSynced()
            try caches.enforceBudget()
            #expect(caches.statistics["configmaps"]?.bytesInMemory == 0)
            #expect((caches.statistics["configmaps"]?.bytesOnDisk ?? 0) > 100_000)
            #expect(caches.statistics["secrets"]?.bytesOnDisk == 0)
            #expect(maps.get("m7", in: "demo")?.data["k"]?.count == 500)
        }
    }
}
