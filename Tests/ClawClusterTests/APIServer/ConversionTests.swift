import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Synchronization
import Testing

/// A conversion webhook in this process: in `v1` a widget has `spec.host` and `spec.port`, in `v2` `spec.address`.
private final class Converter: Handler {
    private let spoil: @Sendable (inout JSONObject) -> Void
    let asked = Mutex<[JSONObject]>([])

    init(spoil: @escaping @Sendable (inout JSONObject) -> Void = { _ in }) { self.spoil = spoil }

    /// How many objects each question held.
    var sizes: [Int] { asked.withLock { $0.map { $0["objects"]?.array?.count ?? 0 } } }

    func forget() { asked.withLock { $0 = [] } }

    func respond(to request: Request) async -> Response {
        guard let bytes = try? await request.body.collect(limit: 1 << 20),
            let review = try? JSONParser.parse(bytes).object, let question = review["request"]?.object
        else { return Response(status: .badRequest) }
        asked.withLock { $0.append(question) }
        let desired = question["desiredAPIVersion"]?.string ?? ""
        var response: JSONObject = [
            "uid": question["uid"] ?? "", "result": ["status": "Success"],
            "convertedObjects": .array((question["objects"]?.array ?? []).map { Self.convert($0, to: desired) }),
        ]
        spoil(&response)
        let reply: JSON = [
            "kind": "ConversionReview", "apiVersion": review["apiVersion"] ?? "", "response": .object(response),
        ]
        return Response(status: .ok, headers: [.contentType: "application/json"], body: .bytes(reply.bytes()))
    }

    private static func convert(_ object: JSON, to apiVersion: String) -> JSON {
        var object = object
        object["apiVersion"] = .string(apiVersion)
        if apiVersion.hasSuffix("v2"), let host = object["spec"]?["host"]?.string {
            object["spec"] = ["address": .string("\(host):\(object["spec"]?["port"]?.integer ?? 0)")]
        } else if let parts = object["spec"]?["address"]?.string?.split(separator: ":"), parts.count == 2 {
            object["spec"] = ["host": .string(String(parts[0])), "port": .integer(Int64(parts[1]) ?? 0)]
        }
        return object
    }
}

@Suite("Custom resources in several versions")
struct ConversionTests {
    private static func definition(_ client: JSON, stored: String = "v1") -> JSON {
        func version(_ name: String, _ properties: JSON) -> JSON {
            [
                "name": .string(name), "served": true, "storage": .bool(name == stored),
                "selectableFields": name == "v2" ? [["jsonPath": ".spec.address"]] : .array([]),
                "schema": [
                    "openAPIV3Schema": [
                        "type": "object", "properties": ["spec": ["type": "object", "properties": properties]],
                    ]
                ],
            ]
        }
        return [
            "metadata": ["name": "widgets.test.dev"],
            "spec": [
                "group": "test.dev", "scope": "Namespaced", "names": ["kind": "Widget", "plural": "widgets"],
                "conversion": [
                    "strategy": "Webhook", "webhook": ["conversionReviewVersions": ["v1"], "clientConfig": client],
                ],
                "versions": [
                    version("v1", ["host": ["type": "string"], "port": ["type": "integer"]]),
                    version("v2", ["address": ["type": "string"]]),
                ],
            ],
        ]
    }

    private static let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    private static let url: JSON = ["url": "https://convert.test/widgets"]
    private static func path(_ version: String) -> String { "/apis/test.dev/\(version)/namespaces/default/widgets" }
    private static func old(_ name: String) -> JSON { ["metadata": ["name": .string(name)], "spec": ["host": "h", "port": 80]] }

    private func cluster(_ hook: some Handler, _ client: JSON = url, time: (any TimeSource)? = nil) async throws -> EmbeddedCluster {
        var options = EmbeddedCluster.Options()
        options.webhookTransport = { _ in HandlerTransport(hook) }
        if let time { options.time = time }
        let cluster = try await EmbeddedCluster(options)
        let made = try await cluster.raw(.post, Self.definitions, Self.definition(client))
        #expect(made.code == 201, "\(made.text)")
        return cluster
    }

    @Test("an object is read in the version asked for, and kept in the stored one")
    func reading() async throws {
        let hook = Converter()
        let cluster = try await cluster(hook)
        _ = try await cluster.raw(.post, Self.path("v1"), Self.old("w"))
        #expect(hook.sizes.isEmpty)
        let shown = try await cluster.raw(.get, "\(Self.path("v2"))/w")
        #expect(shown.json["apiVersion"] == "test.dev/v2")
        #expect(shown.json["spec"] == ["address": "h:80"])
        let question = try #require(hook.asked.withLock { $0.first })
        #expect(question["desiredAPIVersion"] == "test.dev/v2")
        #expect(question["objects"]?.array?.first?["spec"] == ["host": "h", "port": 80])
    }

    @Test("what is written in another version is converted before it is kept, and again for the answer")
    func writing() async throws {
        let hook = Converter()
        let cluster = try await cluster(hook)
        let made = try await cluster.raw(
            .post, Self.path("v2"), ["metadata": ["name": "w"], "spec": ["address": "x:1"]])
        #expect(made.code == 201, "\(made.text)")
        #expect(made.json["spec"] == ["address": "x:1"])
        #expect(hook.asked.withLock { $0.map { $0["desiredAPIVersion"] } } == ["test.dev/v1", "test.dev/v2"])
        let patched = try await cluster.raw(
            .patch, "\(Self.path("v2"))/w", ["spec": ["address": "x:2"]], type: "application/merge-patch+json")
        #expect(patched.json["spec"] == ["address": "x:2"])
        #expect(patched.json["metadata"]?["generation"] == 2)
        hook.forget()
        let kept = try await cluster.raw(.get, "\(Self.path("v1"))/w")
        #expect(kept.json["spec"] == ["host": "x", "port": 2])
        #expect(hook.sizes.isEmpty)
        let removed = try await cluster.raw(.delete, "\(Self.path("v2"))/w")
        #expect(removed.code == 200)
    }

    @Test("a list is converted with one question, and its selectors speak of the version asked for")
    func lists() async throws {
        let hook = Converter()
        let cluster = try await cluster(hook)
        for name in ["a", "b", "c"] { _ = try await cluster.raw(.post, Self.path("v1"), Self.old(name)) }
        _ = try await cluster.raw(.post, Self.path("v1"), ["metadata": ["name": "d"], "spec": ["host": "z", "port": 1]])
        let list = try await cluster.raw(.get, Self.path("v2"))
        #expect(list.names == ["a", "b", "c", "d"])
        #expect(list.json["items"]?.array?.first?["spec"] == ["address": "h:80"])
        #expect(hook.sizes == [4])
        hook.forget()
        #expect(try await cluster.raw(.get, "\(Self.path("v2"))?limit=2").names == ["a", "b"])
        #expect(hook.sizes == [2])
        let chosen = try await cluster.raw(.get, "\(Self.path("v2"))?fieldSelector=spec.address%3Dz:1")
        #expect(chosen.names == ["d"], "\(chosen.text)")
    }

    @Test("a watch tells what happens in the version it asked for")
    func watching() async throws {
        let cluster = try await cluster(Converter())
        let before = try await cluster.raw(.get, Self.path("v1")).json["metadata"]?["resourceVersion"]?.string ?? ""
        _ = try await cluster.raw(.post, Self.path("v1"), Self.old("w"))
        _ = try await cluster.raw(.delete, "\(Self.path("v1"))/w")
        let events = try await cluster.raw(
            .get, "\(Self.path("v2"))?watch=true&timeoutSeconds=1&resourceVersion=\(before)")
        let lines = try events.text.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
        #expect(lines.map { $0["type"] } == ["ADDED", "DELETED"])
        #expect(lines.allSatisfy { $0["object"]?["spec"] == ["address": "h:80"] })
    }

    @Test("writing an object as it is brings it into the version that is stored now")
    func migration() async throws {
        let hook = Converter()
        let cluster = try await cluster(hook)
        let made = try await cluster.raw(.post, Self.path("v1"), Self.old("w"))
        var definition = try await cluster.raw(.get, "\(Self.definitions)/widgets.test.dev").json
        definition["spec"] = Self.definition(Self.url, stored: "v2")["spec"]
        let moved = try await cluster.raw(.put, "\(Self.definitions)/widgets.test.dev", definition)
        #expect(moved.json["status"]?["storedVersions"] == ["v1", "v2"], "\(moved.text)")
        let written = try await cluster.raw(.put, "\(Self.path("v1"))/w", made.json)
        #expect(written.code == 200, "\(written.text)")
        #expect(written.json["metadata"]?["resourceVersion"] != made.json["metadata"]?["resourceVersion"])
        hook.forget()
        #expect(try await cluster.raw(.get, "\(Self.path("v2"))/w").json["spec"] == ["address": "h:80"])
        #expect(hook.sizes.isEmpty)
        let again = try await cluster.raw(.put, "\(Self.path("v1"))/w", written.json)
        #expect(again.json["metadata"]?["resourceVersion"] == written.json["metadata"]?["resourceVersion"])
    }

    @Test("labels and annotations may be changed, the rest of the metadata stays")
    func metadata() async throws {
        let cluster = try await cluster(
            Converter { response in
                guard var object = response["convertedObjects"]?.array?.first else { return }
                object["metadata"]?["labels"] = ["made": "here"]
                object["metadata"]?["finalizers"] = ["test.dev/mine"]
                response["convertedObjects"] = .array([object])
            })
        _ = try await cluster.raw(.post, Self.path("v1"), Self.old("w"))
        let shown = try await cluster.raw(.get, "\(Self.path("v2"))/w")
        #expect(shown.json["metadata"]?["labels"] == ["made": "here"])
        #expect(shown.json["metadata"]?["finalizers"] == nil)
    }

    @Test(
        "an answer that breaks the rules is refused in Kubernetes' words",
        arguments: [
            ({ $0["result"] = ["status": "Failure", "message": "cannot"] }, " failed: cannot"),
            ({ $0["result"] = ["status": "Failed"] }, " failed: response.result.status was 'Failed', not 'Success'"),
            ({ $0["uid"] = "other" }, " failed: expected response.uid="),
            ({ $0["convertedObjects"] = [] }, " returned 0 objects, expected 1"),
            (change { $0["apiVersion"] = "test.dev/v1" },
             " returned invalid object at index 0: invalid groupVersion (expected test.dev/v2, received test.dev/v1)"),
            (change { $0["kind"] = "Gadget" },
             " returned invalid object at index 0: invalid kind (expected Widget, received Gadget)"),
            (change { $0["metadata"]?["name"] = "v" }, " returned invalid object: must have the same name: w != v"),
            (change { $0["metadata"]?["uid"] = "u" }, " returned invalid object: must have the same UID: "),
            (change { $0["metadata"]?["labels"] = ["a": 1] },
             " returned invalid metadata: metadata.labels[a] must be a string, but is int64 in converted object"),
            (change { $0["metadata"]?["labels"] = ["-": "x"] },
             " returned invalid metadata: metadata.labels: Invalid value: \"-\": "),
        ] as [(@Sendable (inout JSONObject) -> Void, String)])
    func refusals(spoil: @escaping @Sendable (inout JSONObject) -> Void, message: String) async throws {
        let cluster = try await cluster(Converter(spoil: spoil))
        _ = try await cluster.raw(.post, Self.path("v1"), Self.old("w"))
        let answer = try await cluster.raw(.get, "\(Self.path("v2"))/w")
        #expect(answer.code == 500)
        #expect(answer.reason == nil)
        let start = "conversion webhook for test.dev/v1, Kind=Widget\(message)"
        #expect(answer.message?.hasPrefix(start) == true, "\(answer.message ?? "")")
    }

    private static func change(_ body: @escaping @Sendable (inout JSON) -> Void) -> @Sendable (inout JSONObject) -> Void {
        { response in
            guard var object = response["convertedObjects"]?.array?.first else { return }
            body(&object)
            response["convertedObjects"] = .array([object])
        }
    }

    @Test("who cannot be reached is named with the reason")
    func unreachable() async throws {
        let service: JSON = ["service": ["namespace": "default", "name": "converter", "path": "/convert"]]
        let cluster = try await cluster(Converter(), service)
        _ = try await cluster.raw(.post, Self.path("v1"), Self.old("w"))
        let answer = try await cluster.raw(.get, "\(Self.path("v2"))/w")
        #expect(
            answer.message == "conversion webhook for test.dev/v1, Kind=Widget failed: Post "
                + "\"https://converter.default.svc:443/convert?timeout=30s\": service \"converter\" not found")
    }

    @Test("a webhook has thirty seconds")
    func deadline() async throws {
        let time = VirtualTime()
        let cluster = try await cluster(
            ClosureHandler { _ in
                try? await time.sleep(for: .seconds(100))
                return Response(status: .ok)
            }, time: time)
        _ = try await cluster.raw(.post, Self.path("v1"), Self.old("w"))
        async let answer = cluster.raw(.get, "\(Self.path("v2"))/w")
        while time.sleeperCount < 2 { await Task.yield() }
        time.advance(by: .seconds(30))
        let refused = try await answer
        #expect(refused.code == 500)
        #expect(refused.message?.hasSuffix("Post \"https://convert.test/widgets?timeout=30s\": context deadline exceeded") == true)
    }

    @Test("admission webhooks see an object in the version they asked for, converted")
    func admission() async throws {
        let seen = Mutex<JSON?>(nil)
        let converter = Converter()
        let hooks = ClosureHandler { request in
            guard request.path.hasPrefix("/admit") else { return await converter.respond(to: request) }
            let bytes = (try? await request.body.collect(limit: 1 << 20)) ?? []
            let review = try? JSONParser.parse(bytes)
            seen.withLock { $0 = review?["request"]?["object"] }
            let reply: JSON = [
                "kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1",
                "response": [
                    "uid": review?["request"]?["uid"] ?? "", "allowed": true, "patchType": "JSONPatch",
                    "patch": .string(Base64.encode((#"[{"op":"replace","path":"/spec/address","value":"new:9"}]"#).utf8)),
                ],
            ]
            return Response(status: .ok, headers: [.contentType: "application/json"], body: .bytes(reply.bytes()))
        }
        let cluster = try await cluster(hooks)
        let made = try await cluster.raw(
            .post, "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
            [
                "metadata": ["name": "new"],
                "webhooks": [
                    [
                        "name": "new.test.dev", "clientConfig": ["url": "https://convert.test/admit"],
                        "admissionReviewVersions": ["v1"], "sideEffects": "None",
                        "rules": [
                            ["apiGroups": ["test.dev"], "apiVersions": ["v2"], "operations": ["CREATE"], "resources": ["widgets"]]
                        ],
                    ]
                ],
            ])
        #expect(made.code == 201, "\(made.text)")
        let widget = try await cluster.raw(.post, Self.path("v1"), Self.old("w"))
        #expect(seen.withLock { $0 }?["spec"] == ["address": "h:80"])
        #expect(widget.json["spec"] == ["host": "new", "port": 9], "\(widget.text)")
    }
}
