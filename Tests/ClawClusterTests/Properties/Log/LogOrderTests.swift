@testable import ClawCluster
import ClawBase
import ClawDocuments
import HTTPTypes
import Testing

@Suite("The order of the log")
struct LogOrderTests {
    private static let path = "/api/v1/namespaces/default/configmaps"
    private static let collection = ObjectStore.Collection(group: "", plural: "configmaps")

    private func open(_ cluster: EmbeddedCluster, _ query: String) async throws -> BodyReader {
        let url = "https://cluster.test\(Self.path)?watch=1&timeoutSeconds=3600&\(query)"
        return BodyReader(try await cluster.transport.send(Request(.get, url)).body)
    }

    private func next(_ watch: BodyReader) async throws -> (type: String, object: JSONObject) {
        let line = try await SystemTime().withDeadline(.seconds(60), "an event") { try await watch.next() }
        let event = try JSONParser.parse(try #require(line))
        return (event["type"]?.string ?? "", event["object"]?.object ?? [:])
    }

    @Test("many write at once: no version is given twice, and every watch tells each write once, in their order")
    func concurrentWriters() async throws {
        try await withCluster(controllers: []) { cluster in
            let start = cluster.server.store.revision
            let written = try await withThrowingTaskGroup(of: [UInt64].self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        var versions: [UInt64] = []
                        for round in 0..<30 {
                            // Some of the objects are everybody's.
                            let name = round.isMultiple(of: 3) ? "shared" : "w\(writer)"
                            let body: JSON = [
                                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)],
                                "data": .object(["w\(writer)": .string("\(round)")]),
                            ]
                            let answer = try await cluster.raw(
                                .patch, "\(Self.path)/\(name)?fieldManager=w\(writer)&force=true", body,
                                type: "application/apply-patch+yaml")
                            #expect([200, 201].contains(answer.code), "\(answer.text)")
                            versions.append(answer.json.object?.revision ?? 0)
                        }
                        return versions
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(written).count == written.count)
            let watch = try await open(cluster, "resourceVersion=\(start)")
            var shared: JSONObject?
            for version in written.sorted() {
                let (_, object) = try await next(watch)
                #expect(object.revision == version)
                guard object.name == "shared" else { continue }
                // Nobody wrote over what he had not seen: from one state to the next one writer's value changes.
                let (old, new) = (shared?["data"]?.object ?? [:], object["data"]?.object ?? [:])
                #expect(new.filter { old[$0.name] != $0.value }.count == 1 && new.count >= old.count, "\(old) \(new)")
                shared = object
            }
        }
    }

    @Test("whoever applies gets what he wants, though others make and delete the object meanwhile")
    func applyBesideDeletes() async throws {
        try await withCluster(controllers: []) { cluster in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 0..<6 {
                    group.addTask {
                        for round in 0..<40 {
                            let body: JSON = [
                                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "shared"],
                                "data": .object(["w\(writer)": .string("\(round)")]),
                            ]
                            let answer = try await cluster.raw(
                                .patch, "\(Self.path)/shared?fieldManager=w\(writer)&force=true", body,
                                type: "application/apply-patch+yaml")
                            #expect([200, 201].contains(answer.code), "\(answer.text)")
                            #expect(answer.json["data"]?["w\(writer)"]?.string == "\(round)")
                            guard round % 3 == writer % 3 else { continue }
                            let gone = try await cluster.raw(.delete, "\(Self.path)/shared")
                            #expect([200, 404].contains(gone.code), "\(gone.text)")
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("a log that outgrew its window tells everything within it, and refuses every version before it")
    func window() async throws {
        let store = ObjectStore()
        let count = ObjectStore.logLength + 700
        for number in 0..<count {
            _ = try await store.commit(
                Self.collection, ["metadata": ["name": .string("c\(number)")]], expecting: .absent)
        }
        // The first write had version 2.
        let oldest = UInt64(count + 1 - ObjectStore.logLength)
        for revision in 1...UInt64(count) {
            switch store.readLog(Self.collection, after: revision) {
            case .events(let events, _):
                #expect(revision >= oldest)
                let last = min(revision + 512, UInt64(count + 1))
                #expect(events.map(\.revision) == Array((revision + 1)...last))
            case .expired: #expect(revision < oldest)
            case .closed, nil: Issue.record("nothing to read after \(revision)")
            }
            let past = store.list(Self.collection, namespace: nil, at: revision)
            #expect(past?.count == (revision < oldest ? nil : Int(revision) - 1))
            if revision == oldest + 3 { break }
        }
    }

    @Test("in quiet times a bookmark says how far the watch has come, and a watch from there misses nothing")
    func bookmarks() async throws {
        let time = VirtualTime()
        try await withCluster(time: time, controllers: []) { cluster in
            let watch = try await open(cluster, "allowWatchBookmarks=true&labelSelector=app%3Da")
            for name in ["a", "b"] {
                let labels: JSON = ["app": .string(name)]
                _ = try await cluster.raw(.post, Self.path, ["metadata": ["name": .string(name), "labels": labels]])
            }
            #expect(try await next(watch).object.name == "a")
            _ = try await cluster.raw(.post, "/api/v1/namespaces/default/secrets", ["metadata": ["name": "s"]])
            let revision = cluster.server.store.revision
            let bookmark = try await withThrowingTaskGroup(of: (type: String, object: JSONObject).self) { group in
                group.addTask { try await self.next(watch) }
                group.addTask {
                    while true {
                        if time.sleeperCount > 0 { time.advance(by: .seconds(61)) }
                        try await SystemTime().sleep(for: .milliseconds(1))
                    }
                }
                defer { group.cancelAll() }
                return try #require(try await group.next())
            }
            #expect(bookmark.type == "BOOKMARK")
            #expect(bookmark.object.revision == revision)
            _ = try await cluster.raw(.patch, "\(Self.path)/b", ["metadata": ["labels": ["app": "a"]]], type: "application/merge-patch+json")
            let later = try await open(cluster, "labelSelector=app%3Da&resourceVersion=\(revision)")
            let (type, object) = try await next(later)
            #expect((type, object.name) == ("ADDED", "b"))
        }
    }
}
