import ClawBase
import ClawKubernetes
import HTTPTypes
import Testing

private func page(_ names: [String], token: String? = nil, version: Int = 10) -> Response {
    var metadata: JSON = ["resourceVersion": .string(String(version))]
    if let token { metadata["continue"] = .string(token) }
    return .json(["metadata": metadata, "items": .array(names.map { configMap($0, version: 1) })])
}

private func expired(token: String? = nil) -> Response {
    var status: JSON = ["kind": "Status", "code": 410, "reason": "Expired", "message": "too old"]
    if let token { status["metadata"] = ["continue": .string(token)] }
    return .json(status, status: .gone)
}

@Suite("Lists in pages")
struct PagingTests {
    @Test("items come one by one, a page is asked for when it is wanted, and only the first names a version")
    func items() async throws {
        let transport = ScriptedTransport([page(["a", "b"], token: "t1"), page(["c"], token: "t2"), page(["d"])])
        let api = KubernetesClient(transport)
        var names: [String] = []
        for try await item in api.items(
            ConfigMap.self, in: "demo", labels: ["app": "web"], at: .notOlder(than: "7"), pageSize: 2)
        {
            names.append(item.name)
            if names.count == 2 { #expect(transport.requests.count == 1) }
        }
        #expect(names == ["a", "b", "c", "d"])
        let queries = transport.requests.map(\.query)
        #expect(queries.map { $0["continue"] } == [nil, "t1", "t2"])
        #expect(queries.allSatisfy { $0["limit"] == "2" && $0["labelSelector"] == "app=web" })
        #expect(queries.map { $0["resourceVersion"] } == ["7", nil, nil])
        #expect(queries.map { $0["resourceVersionMatch"] } == ["NotOlderThan", nil, nil])
    }

    @Test("one call gathers all pages")
    func gathered() async throws {
        let transport = ScriptedTransport([page(["a", "b"], token: "t1"), page(["c"])])
        let list = try await KubernetesClient(transport).list(ConfigMap.self, in: "demo", pageSize: 2)
        #expect(list.items.map(\.name) == ["a", "b", "c"])
        #expect(list.resourceVersion == "10" && list.continueToken == nil)
    }

    @Test("an expired token lets pages go on by the one that comes with the refusal")
    func inconsistent() async throws {
        let transport = ScriptedTransport([
            page(["a"], token: "t1"), expired(token: "fresh"), page(["b"], version: 90),
        ])
        var versions: [String?] = []
        for try await page in KubernetesClient(transport).pages(ConfigMap.self, in: "demo", pageSize: 1) {
            versions.append(page.resourceVersion)
        }
        #expect(versions == ["10", "90"])
        #expect(transport.requests.map { $0.query["continue"] } == [nil, "t1", "fresh"])
    }

    @Test("an expired token without another ends the pages with the refusal")
    func hopeless() async throws {
        let transport = ScriptedTransport([page(["a"], token: "t1"), expired()])
        await #expect(throws: KubernetesError.self) {
            for try await _ in KubernetesClient(transport).pages(ConfigMap.self, in: "demo") {}
        }
    }

    @Test("one call stays consistent: when a page expires, the whole is asked for again")
    func restarted() async throws {
        let transport = ScriptedTransport([
            page(["a"], token: "t1"), expired(token: "fresh"), page(["a", "b", "c"], version: 90),
        ])
        let list = try await KubernetesClient(transport).list(ConfigMap.self, in: "demo", pageSize: 1)
        #expect(list.items.map(\.name) == ["a", "b", "c"] && list.resourceVersion == "90")
        #expect(transport.requests.last?.query["limit"] == nil)
    }

    @Test("swiftkube defect 10: a list of 40 MB is read")
    func large() async throws {
        let text = String(repeating: "x", count: 1 << 20)
        let items = (0..<40).map { configMap("c\($0)", version: $0, data: ["text": text]) }
        let bytes = list(items, version: 3).bytes()
        #expect(bytes.count > 40 << 20)
        let chunks = stride(from: 0, to: bytes.count, by: 1 << 16).map { Array(bytes[$0..<min($0 + 1 << 16, bytes.count)]) }
        let transport = ScriptedTransport([.stream(chunks)])
        let found = try await KubernetesClient(transport).list(ConfigMap.self)
        #expect(found.items.count == 40 && found.items[39].data["text"]?.count == 1 << 20)
    }

    @Test("list versions are written as the API reads them", arguments: [
        (ListVersion.latest, nil, nil), (.any, "0", nil), (.notOlder(than: "5"), "5", "NotOlderThan"),
        (.exact("5"), "5", "Exact"),
    ] as [(ListVersion, String?, String?)])
    func versions(_ version: ListVersion, _ text: String?, _ match: String?) async throws {
        let transport = ScriptedTransport([page([])])
        _ = try await KubernetesClient(transport).list(ConfigMap.self, at: version)
        #expect(transport.requests[0].query["resourceVersion"] == text)
        #expect(transport.requests[0].query["resourceVersionMatch"] == match)
    }
}
