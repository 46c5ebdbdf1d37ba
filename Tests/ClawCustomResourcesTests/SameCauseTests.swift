import ClawCluster
import ClawCustomResources
import ClawDocuments
import ClawKubernetes
import Testing

@Suite("The same object is refused alike here and by the cluster")
struct SameCauseTests {
    /// Specs that are wrong, each in its own way; the last is right.
    static let specs: [JSON] = [
        [:], ["colour": "pink"], ["colour": 7], ["colour": "red", "tails": 12], ["colour": "red", "tails": 3],
        ["colour": "red", "tails": "many"], ["colour": "red", "tails": 1.5], ["colour": "red", "maker": ""],
        ["colour": "red", "maker": "ada"], ["colour": "red", "maker": "A very long name, far too long"],
        ["colour": "red", "line": "long"], ["colour": "red", "line": true],
        ["colour": "red", "spars": [["name": "a", "length": 1], ["name": "a", "length": 2]]],
        ["colour": "red", "spars": [["name": "a"], ["length": 0]]], ["colour": "red", "spars": "none"],
        ["colour": "red", "spars": [["name": "a", "length": 1], 5]],
        ["colour": "red", "tags": ["x", "x", "much too long"]],
        ["colour": "red", "tags": ["1", "2", "3", "4", "5", "6"]],
        ["colour": "red", "weights": ["frame": 0, "tail": -1, "cloth": "heavy"]],
        ["colour": "red", "homepage": "not a place"], ["colour": "red", "firstFlight": "yesterday"],
        ["colour": "red", "nick": .null], ["colour": "red", "maker": .null], ["colour": .null],
        ["colour": "red", "env": [["value": "nameless"], ["name": "a", "valueFrom": ["fieldRef": [:]]]]],
        ["colour": "red", "wings": 2, "spars": [["name": "a", "length": 1, "wood": "ash"]]],
        "a text", [1, 2], .null,
        ["colour": "red", "note": ["deep": [["anything": .null]]]], ["colour": "red"],
    ]

    /// The same in the metadata, and around.
    static let documents: [JSONObject] = [
        ["metadata": ["name": "Kite", "namespace": "default"], "spec": ["colour": "red"]],
        ["metadata": ["name": "brick", "namespace": "default"], "spec": ["colour": "red"]],
        ["metadata": ["name": "k", "namespace": "default", "labels": ["a b": "?"]], "spec": ["colour": "red"]],
        ["metadata": ["name": "k", "namespace": "default", "labels": ["a": 1]], "spec": ["colour": "red"]],
        ["metadata": ["namespace": "default"], "spec": ["colour": "red"]],
        ["metadata": ["name": "k", "namespace": "default", "annotations": ["-": "x"]], "spec": ["colour": "red"]],
        ["metadata": ["name": "k", "namespace": "default"], "status": ["tails": -1], "spec": ["colour": "red"]],
        ["metadata": ["name": "k", "namespace": "default"]],
    ]

    private static func refusal(_ body: () async throws -> Void) async throws -> KubernetesError? {
        do { try await body() } catch let error as KubernetesError { return error }
        return nil
    }

    @Test("on creation: code, reason, message and causes")
    func creation() async throws {
        try await EmbeddedCluster.withCluster { cluster in
            try await Kite.install(in: cluster.client)
            let kites =
                Self.specs.map { spec -> Kite in
                    var kite = Kite(ObjectMeta(name: "k", namespace: "default"))
                    kite.document["spec"] = spec
                    return kite
                }
                + Self.documents.map { document in
                    var kite = Kite(document: document)
                    kite.document.set("apiVersion", "toys.example/v1")
                    kite.document.set("kind", "Kite")
                    return kite
                }
            var refused = 0
            for kite in kites {
                let theirs = try await Self.refusal { _ = try await cluster.client.dryRun.create(kite) }
                let ours = try await Self.refusal { try kite.validate() }
                #expect(ours == theirs, "\(kite)")
                if theirs != nil { refused += 1 }
            }
            #expect(refused > 25)
        }
    }

    @Test("a wrong prefix of names is told, though the server tells the name it made of it too")
    func prefix() throws {
        let kite = Kite(document: ["metadata": ["generateName": "Kite-"], "spec": ["colour": "red"]])
        var whole = kite
        (whole.document["apiVersion"], whole.document["kind"]) = ("toys.example/v1", "Kite")
        let error = #expect(throws: KubernetesError.self) { try whole.validate() }
        #expect(error?.causes.map(\.field) == ["metadata.generateName"])
    }

    @Test("on updates: immutable fields, and what was wrong before")
    func updates() async throws {
        try await EmbeddedCluster.withCluster { cluster in
            try await Kite.install(in: cluster.client)
            var spec = KiteSpec(colour: .green, tails: 2)
            spec.maker = "Ada"
            let old = try await cluster.client.create(Kite("k", spec: spec))
            let changes: [(String, JSON?)] = [
                ("colour", "blue"), ("maker", nil), ("maker", "Bob"), ("tails", 9), ("tails", 10), ("line", "60"),
            ]
            var refused = 0
            for (name, value) in changes {
                var new = old
                new.spec.document[FieldKey(name)] = value
                let theirs = try await Self.refusal { _ = try await cluster.client.dryRun.replace(new) }
                let ours = try await Self.refusal { try new.validate(replacing: old) }
                #expect(ours == theirs, "\(name) = \(String(describing: value))")
                if theirs != nil { refused += 1 }
            }
            #expect(refused == 4)
        }
    }

    @Test("what the server fills in is what is filled in here")
    func defaults() async throws {
        try await EmbeddedCluster.withCluster { cluster in
            try await Kite.install(in: cluster.client)
            var kite = Kite(ObjectMeta(name: "k", namespace: "default"))
            kite.document["spec"] = ["colour": "red", "wings": 2]
            #expect(try kite.validate() == ["unknown field \"spec.wings\""])
            let kept = try await cluster.client.create(kite)
            #expect(kept.spec == kite.filledIn().spec)
            #expect(kept.spec.tails == 1 && kept.spec.line == "50")
        }
    }
}
