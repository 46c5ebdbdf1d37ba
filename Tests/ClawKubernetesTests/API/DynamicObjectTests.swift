import ClawBase
import ClawKubernetes
import HTTPTypes
import Testing

private let widgets = ResourceType(group: "example.com", version: "v1", kind: "Widget")

private func widget(_ name: String, size: Int) -> JSON {
    [
        "apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": .string(name), "namespace": "demo"],
        "spec": ["size": .integer(Int64(size))],
    ]
}

@Suite("Kinds known at run time")
struct DynamicObjectTests {
    @Test("the same verbs read and write them")
    func verbs() async throws {
        let transport = ScriptedTransport([
            .json(widget("a", size: 1)), .json(["items": [widget("a", size: 1)]]), .json(widget("a", size: 2)),
            .json(["kind": "Status", "apiVersion": "v1"]),
        ])
        let api = KubernetesClient(transport)
        var found = try await api.get(DynamicObject.self, of: widgets, "a", in: "demo")
        #expect(found["spec"]?["size"] == 1)
        #expect(try await api.list(DynamicObject.self, of: widgets, in: "demo").items.map(\.name) == ["a"])
        found["spec"] = ["size": 2]
        #expect(try await api.replace(found)["spec"]?["size"] == 2)
        try await api.delete(DynamicObject.self, of: widgets, "a", in: "demo")
        let base = "/apis/example.com/v1/namespaces/demo/widgets"
        #expect(transport.requests.map { "\($0.method) \($0.path)" } == [
            "GET \(base)/a", "GET \(base)", "PUT \(base)/a", "DELETE \(base)/a",
        ])
    }

    @Test("an object out of a list knows its type, though the list's items do not say it")
    func listedType() async throws {
        var bare = widget("a", size: 1)
        (bare["kind"], bare["apiVersion"]) = (nil, nil)
        let transport = ScriptedTransport([.json(["items": [bare]]), .json(widget("a", size: 1))])
        let api = KubernetesClient(transport)
        let object = try #require(try await api.list(DynamicObject.self, of: widgets).items.first)
        #expect(object.resourceType == widgets)
        _ = try await api.apply(object, manager: "test")
        let sent = try await document(transport.requests.last)
        #expect(sent["kind"] == "Widget" && sent["apiVersion"] == "example.com/v1")
    }

    @Test("without a type the verb asks for one, and nothing is sent")
    func noType() async throws {
        let transport = ScriptedTransport([])
        let api = KubernetesClient(transport)
        await #expect(throws: Finding.self) { try await api.get(DynamicObject.self, "a", in: "demo") }
        #expect(transport.requests.isEmpty)
    }

    @Test("a document tells its own type: Kubernetes' kinds by their real plural, others by the usual one")
    func ownType() {
        let endpoints = DynamicObject(document: ["apiVersion": "v1", "kind": "Endpoints"])
        #expect(endpoints.resourceType.plural == "endpoints")
        let policy = DynamicObject(
            document: ["apiVersion": "example.com/v1", "kind": "Policy", "metadata": ["namespace": "demo"]])
        #expect(policy.resourceType.plural == "policies" && policy.resourceType.isNamespaced)
        #expect(policy.resourceType.group == "example.com" && policy.resourceType.version == "v1")
    }

    @Test("a watch follows them")
    func watched() async throws {
        let event: JSON = ["type": "ADDED", "object": widget("b", size: 2)]
        let transport = ScriptedTransport([
            .json(["metadata": ["resourceVersion": "5"], "items": []]),
            .stream([event.bytes() + [UInt8(ascii: "\n")]], then: .silent),
        ])
        for try await event in KubernetesClient(transport).watch(DynamicObject.self, of: widgets) {
            guard case .applied(let object) = event else { continue }
            #expect(object["spec"]?["size"] == 2 && object.resourceType == widgets)
            break
        }
        #expect(transport.requests.allSatisfy { $0.path == "/apis/example.com/v1/widgets" })
    }
}

@Suite("Objects read in part")
struct RepresentationTests {
    @Test("metadata alone is asked for by the media type, of one object and of lists")
    func metadata() async throws {
        let partial: JSON = [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": ["name": "a", "uid": "u"],
        ]
        let transport = ScriptedTransport([.json(partial), .json(["items": [partial]])])
        let api = KubernetesClient(transport)
        #expect(try await api.get(PartialObjectMetadata<Pod>.self, "a", in: "demo").uid == "u")
        let listed = try await api.list(PartialObjectMetadata<Pod>.self, in: "demo")
        #expect(listed.items.map(\.name) == ["a"] && listed.items[0].resourceType == Pod.type)
        let accepted = transport.requests.map { $0.headers[.accept] ?? "" }
        #expect(accepted[0].hasPrefix("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"))
        #expect(accepted[1].hasPrefix("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"))
    }

    @Test("a table has columns, rows and the rows' objects, and prints in aligned lines")
    func table() async throws {
        let transport = ScriptedTransport([
            .json([
                "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": ["resourceVersion": "9"],
                "columnDefinitions": [
                    ["name": "Name", "type": "string", "format": "name", "priority": 0],
                    ["name": "Restarts", "type": "integer", "priority": 0],
                    ["name": "IP", "type": "string", "priority": 1],
                ],
                "rows": [
                    ["cells": ["web-1", 3, "10.0.0.1"], "object": ["kind": "PartialObjectMetadata", "metadata": ["name": "web-1"]]],
                    ["cells": ["db", 0, "10.0.0.2"]],
                ],
            ])
        ])
        let table = try await KubernetesClient(transport).table(Pod.self, in: "demo")
        #expect(transport.requests[0].headers[.accept] == "application/json;as=Table;g=meta.k8s.io;v=v1")
        #expect(table.columns.map(\.name) == ["Name", "Restarts", "IP"])
        #expect(table.rows[0].object?.name == "web-1")
        #expect(table.lines() == ["NAME    RESTARTS", "web-1   3", "db      0"])
        #expect(table.lines(wide: true)[2] == "db      0          10.0.0.2")
    }
}
