import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Testing

@testable import ClawCluster

@Suite("Lists of the embedded API server")
struct ListTests {
    private static let path = "/api/v1/namespaces/default/configmaps"

    private func make(_ cluster: EmbeddedCluster, _ names: String...) async throws {
        for name in names { _ = try await cluster.client.create(ConfigMap(metadata: ObjectMeta(name: name, namespace: "default"))) }
    }

    @Test("all pages of a list show one state, whatever happens in between")
    func pages() async throws {
        try await withCluster(controllers: []) { cluster in
            try await make(cluster, "a", "b", "c", "d")
            var page = try await cluster.raw(.get, "\(Self.path)?limit=2")
            #expect(page.names == ["a", "b"])
            #expect(page.json["metadata"]?["remainingItemCount"]?.integer == 2)
            let version = page.json["metadata"]?["resourceVersion"]
            try await make(cluster, "bb", "e")
            try await cluster.client.delete(ConfigMap.self, "c", in: "default")
            let token = try #require(page.json["metadata"]?["continue"]?.string)
            page = try await cluster.raw(.get, "\(Self.path)?limit=2&continue=\(token)")
            #expect(page.names == ["c", "d"])
            #expect(page.json["metadata"]?["resourceVersion"] == version)
            #expect(page.json["metadata"]?["continue"] == nil)
            #expect(try await cluster.raw(.get, Self.path).names == ["a", "b", "bb", "d", "e"])
        }
    }

    @Test("pages of any size show the first page's state, and count what is left of it")
    func pagesOfAnySize() async throws {
        try await withCluster(controllers: []) { cluster in
            let names = (0..<30).map { "m\($0 < 10 ? "0" : "")\($0)" }
            for name in names { try await make(cluster, name) }
            for size in [1, 3, 7, 29, 30] {
                var (found, page) = ([String](), try await cluster.raw(.get, "\(Self.path)?limit=\(size)"))
                while true {
                    found += page.names
                    let left = page.json["metadata"]?["remainingItemCount"]?.integer
                    guard let token = page.json["metadata"]?["continue"]?.string else { break }
                    #expect(left == Int64(names.count - found.count))
                    // Before, within, and behind what is still to come.
                    for name in ["a", found.last ?? "", "m29"] {
                        _ = try await cluster.raw(.delete, "\(Self.path)/\(name)")
                        try await make(cluster, name)
                    }
                    try await make(cluster, "new\(size)-\(found.count)")
                    page = try await cluster.raw(.get, "\(Self.path)?limit=\(size)&continue=\(token)")
                }
                #expect(found == names, "pages of \(size)")
                for name in try await cluster.raw(.get, Self.path).names where !names.contains(name) {
                    _ = try await cluster.raw(.delete, "\(Self.path)/\(name)")
                }
            }
        }
    }

    @Test("who comes too late for the next page is given another way to go on")
    func expiredPages() async throws {
        try await withCluster(controllers: []) { cluster in
            try await make(cluster, "a", "b", "c")
            let page = try await cluster.raw(.get, "\(Self.path)?limit=1")
            let token = try #require(page.json["metadata"]?["continue"]?.string)
            try await make(cluster, "bb")
            cluster.server.store.compactLog()
            try await make(cluster, "d")
            let late = try await cluster.raw(.get, "\(Self.path)?limit=2&continue=\(token)")
            #expect(late.code == 410)
            #expect(late.reason == "Expired")
            #expect(late.message?.contains("use the continue token in this response") == true)
            let other = try #require(late.json["metadata"]?["continue"]?.string)
            var rest = try await cluster.raw(.get, "\(Self.path)?limit=2&continue=\(other)")
            #expect(rest.names == ["b", "bb"])
            let next = try #require(rest.json["metadata"]?["continue"]?.string)
            try await make(cluster, "e")
            rest = try await cluster.raw(.get, "\(Self.path)?limit=2&continue=\(next)")
            #expect(rest.names == ["c", "d"], "from here on it is one state again")
        }
    }

    @Test("the state at a version")
    func exact() async throws {
        try await withCluster(controllers: []) { cluster in
            try await make(cluster, "a", "b")
            let version = try #require(try await cluster.raw(.get, Self.path).json["metadata"]?["resourceVersion"]?.string)
            try await cluster.client.delete(ConfigMap.self, "a", in: "default")
            try await make(cluster, "c", "a")
            let exact = "resourceVersion=\(version)&resourceVersionMatch=Exact"
            #expect(try await cluster.raw(.get, "\(Self.path)?\(exact)").names == ["a", "b"])
            let newer = "resourceVersion=\(version)&resourceVersionMatch=NotOlderThan"
            #expect(try await cluster.raw(.get, "\(Self.path)?\(newer)").names == ["a", "b", "c"])
        }
    }

    @Test("items say nothing of their kind, since the list does; single objects and events do")
    func items() async throws {
        try await withCluster(controllers: []) { cluster in
            try await make(cluster, "a")
            let list = try await cluster.raw(.get, Self.path)
            #expect(list.json["kind"] == "ConfigMapList")
            #expect(!list.text.contains(#""kind":"ConfigMap""#))
            #expect(try await cluster.raw(.get, "\(Self.path)/a").json["kind"] == "ConfigMap")
            // The client fills it in again.
            #expect(try await cluster.client.list(ConfigMap.self, in: "default").items.first?.document["kind"] == "ConfigMap")
        }
    }

    @Test(
        "parameters that mean nothing are refused",
        arguments: [
            ("limit=abc", 400), ("resourceVersion=abc", 400), ("resourceVersionMatch=Exact", 422),
            ("resourceVersion=0&resourceVersionMatch=Exact", 422), ("resourceVersion=5&resourceVersionMatch=Odd", 422),
            ("continue=nonsense", 400), ("resourceVersion=999999999", 504), ("labelSelector=a+b", 400),
            ("fieldSelector=data%3Dx", 400), ("watch=true&timeoutSeconds=x", 400), ("watch=true&resourceVersion=abc", 500),
            ("watch=true&sendInitialEvents=true", 422), ("watch=true&resourceVersionMatch=NotOlderThan", 422),
        ])
    func parameters(query: String, code: Int) async throws {
        try await withCluster(controllers: []) { cluster in
            let answer = try await cluster.raw(.get, "\(Self.path)?\(query)")
            #expect(answer.code == code, "\(answer.text)")
            #expect(answer.json["kind"] == "Status")
        }
    }

    @Test("a watch from before a kind existed is told that it comes too late")
    func beforeTheKind() async throws {
        try await withCluster(controllers: []) { cluster in
            let before = try #require(try await cluster.raw(.get, Self.path).json["metadata"]?["resourceVersion"]?.string)
            try await make(cluster, "later")
            _ = try await cluster.client.create(DeletionTests.definition)
            let path = "/apis/test.dev/v1/gadgets?watch=true&timeoutSeconds=5&resourceVersion=\(before)"
            let events = try await cluster.raw(.get, path)
            #expect(events.json["type"] == "ERROR", "\(events.text)")
            #expect(events.json["object"]?["code"]?.integer == 410)
        }
    }

    @Test("what a client cannot read is not done")
    func notAcceptable() async throws {
        try await withCluster(controllers: []) { cluster in
            let body: JSON = ["metadata": ["name": "a"]]
            let refused = try await cluster.raw(.post, Self.path, body, accept: "text/html")
            #expect(refused.code == 406)
            let missing = try await cluster.raw(.get, "\(Self.path)/a")
            #expect(missing.code == 404)
            let made = try await cluster.raw(.post, Self.path, body, accept: "text/html, */*;q=0.1")
            #expect(made.code == 201)
            let table = "application/json;as=Table;v=v2;g=meta.k8s.io, application/json"
            let answer = try await cluster.raw(.get, Self.path, accept: table)
            #expect(answer.json["kind"] == "ConfigMapList")
        }
    }
}
