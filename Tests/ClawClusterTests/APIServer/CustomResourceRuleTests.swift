import ClawCluster
import ClawDocuments
import ClawKubernetes
import ClawModels
import Testing

@Suite("Rules of custom resources")
struct CustomResourceRuleTests {
    struct Gear: Resource {
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
        static let type = ResourceType(group: "rules.dev", version: "v1", kind: "Gear")
        static func named(_ name: String, _ spec: JSON) -> Gear {
            var gear = Gear(ObjectMeta(name: name, namespace: "default"))
            gear.document["spec"] = spec
            return gear
        }
    }

    private static func definition(_ spec: JSON, _ root: JSON = []) -> CustomResourceDefinition {
        CustomResourceDefinition(document: [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": "gears.rules.dev"],
            "spec": [
                "group": "rules.dev", "scope": "Namespaced", "names": ["kind": "Gear", "plural": "gears"],
                "versions": [
                    [
                        "name": "v1", "served": true, "storage": true,
                        "schema": [
                            "openAPIV3Schema": [
                                "type": "object", "x-kubernetes-validations": root, "properties": ["spec": spec],
                            ]
                        ],
                    ]
                ],
            ],
        ])
    }

    private func with(
        _ spec: JSON, _ root: JSON = [], _ body: @escaping @Sendable (KubernetesClient) async throws -> Void
    ) async throws {
        try await withCluster(controllers: []) { cluster in
            _ = try await cluster.client.create(Self.definition(spec, root))
            try await body(cluster.client)
        }
    }

    private func refusal(_ body: () async throws -> Void) async -> [String] {
        do {
            try await body()
            return []
        } catch {
            return (error as? KubernetesError)?.causes.map { "\($0.field): \($0.message)" } ?? ["\(error)"]
        }
    }

    @Test("a rule that does not hold refuses, with its message, reason and place")
    func rules() async throws {
        let spec: JSON = [
            "type": "object",
            "x-kubernetes-validations": [
                ["rule": "self.min <= self.max", "messageExpression": "'%d is above %d'.format([self.min, self.max])"],
                [
                    "rule": "self.max < 100", "message": "too large", "reason": "FieldValueForbidden",
                    "fieldPath": ".max",
                ],
            ],
            "properties": ["min": ["type": "integer"], "max": ["type": "integer"]],
        ]
        try await with(spec, [["rule": "self.metadata.name != 'bad'"]]) { api in
            _ = try await api.create(Gear.named("fine", ["min": 1, "max": 2]))
            #expect(
                await refusal { _ = try await api.create(Gear.named("a", ["min": 3, "max": 2])) }
                    == ["spec: Invalid value: 3 is above 2"])
            #expect(
                await refusal { _ = try await api.create(Gear.named("a", ["min": 3, "max": 200])) }
                    == ["spec.max: Forbidden: too large"])
            #expect(
                await refusal { _ = try await api.create(Gear.named("bad", ["min": 1, "max": 2])) }
                    == ["<nil>: Invalid value: failed rule: self.metadata.name != 'bad'"])
            #expect(
                await refusal { _ = try await api.create(Gear.named("a", ["min": 1])) }
                    == [
                        "spec: Invalid value: \"object\": no such key: max evaluating rule: self.min <= self.max",
                        "spec: Invalid value: \"object\": no such key: max evaluating rule: too large",
                    ])
        }
    }

    @Test("rules that compare with the old value hold for updates, and for items of the same key")
    func transitions() async throws {
        let spec: JSON = [
            "type": "object",
            "properties": [
                "once": [
                    "type": "string", "x-kubernetes-validations": [["rule": "self == oldSelf", "message": "fixed"]],
                ],
                "list": [
                    "type": "array", "maxItems": 5, "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["k"],
                    "items": [
                        "type": "object", "required": ["k"],
                        "properties": [
                            "k": ["type": "string"],
                            "v": [
                                "type": "integer",
                                "x-kubernetes-validations": [["rule": "self >= oldSelf", "message": "shrunk"]],
                            ],
                        ],
                    ],
                ],
            ],
        ]
        try await with(spec) { api in
            var gear = try await api.create(
                Gear.named("g", ["once": "a", "list": [["k": "x", "v": 3], ["k": "y", "v": 1]]]))
            gear.document["spec"] = [
                "once": "b", "list": [["k": "y", "v": 1], ["k": "x", "v": 2], ["k": "z", "v": 0]],
            ]
            let changed = gear
            #expect(
                await refusal { _ = try await api.replace(changed) }.sorted()
                    == ["spec.list[1].v: Invalid value: 2: shrunk", "spec.once: Invalid value: \"b\": fixed"])
        }
    }

    @Test("what broke a rule before it was there may stay as it is, but not change")
    func ratcheting() async throws {
        let loose: JSON = ["type": "object", "properties": ["a": ["type": "string"], "b": ["type": "string"]]]
        try await with(loose) { api in
            var gear = try await api.create(Gear.named("g", ["a": "long", "b": "x"]))
            var definition = try await api.get(CustomResourceDefinition.self, "gears.rules.dev")
            definition.document = Self.strict(definition.document)
            _ = try await api.replace(definition)
            gear.document["spec"]?["b"] = "y"
            gear = try await api.replace(gear)
            gear.document["spec"]?["a"] = "longer"
            let changed = gear
            #expect(
                await refusal { _ = try await api.replace(changed) }.sorted()
                    == [
                        "spec.a: Invalid value: \"longer\": short",
                        "spec.a: Invalid value: \"longer\": spec.a in body should match '^.{1,2}$'",
                    ])
        }
    }

    private static func strict(_ definition: JSONObject) -> JSONObject {
        var strict = Self.definition([
            "type": "object",
            "properties": [
                "a": [
                    "type": "string", "pattern": "^.{1,2}$", "maxLength": 20,
                    "x-kubernetes-validations": [["rule": "self.size() <= 2", "message": "short"]],
                ],
                "b": ["type": "string"],
            ],
        ]).document
        strict[.metadata] = definition[.metadata]
        return strict
    }

    @Test(
        "definitions are refused whose rules do not compile or could cost too much",
        arguments: [
            (
                ["type": "integer", "x-kubernetes-validations": [["rule": "self > 'x'"]]],
                "compilation failed: ERROR: <input>:1:6: found no matching overload for '_>_' applied to '(int, string)'\n | self > 'x'\n | .....^"
            ),
            (
                ["type": "integer", "x-kubernetes-validations": [["rule": "self + 1"]]],
                "cel expression must evaluate to a bool"
            ),
            (
                [
                    "type": "array", "items": ["type": "array", "items": ["type": "string"]],
                    "x-kubernetes-validations": [["rule": "self.all(x, x.all(y, y.startsWith('a')))"]],
                ],
                "Forbidden: estimated rule cost exceeds budget by factor of more than 100x (try simplifying the rule, or adding "
                    + "maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)"
            ),
            (
                [
                    "type": "array", "maxItems": 3,
                    "items": [
                        "type": "string", "maxLength": 5, "x-kubernetes-validations": [["rule": "self == oldSelf"]],
                    ],
                ],
                "oldSelf cannot be used on the uncorrelatable portion of the schema within "
                    + "spec.validation.openAPIV3Schema.properties[spec].properties[f]"
            ),
        ] as [(JSON, String)])
    func refused(schema: JSON, message: String) async throws {
        try await withCluster(controllers: []) { cluster in
            let found = await refusal {
                _ = try await cluster.client.create(Self.definition(["type": "object", "properties": ["f": schema]]))
            }
            #expect(found.contains { $0.contains(message) }, "\(found)")
        }
    }

    @Test("of rules that cost too much in all, the object is refused and nothing more is looked at")
    func budget() async throws {
        let spec: JSON = [
            "type": "object",
            "properties": [
                "n": ["type": "array", "maxItems": 1000, "items": ["type": "integer"]]
            ],
            "x-kubernetes-validations": [
                ["rule": "self.n.all(x, self.n.all(y, x + y >= 0))", "message": "negative"]
            ],
        ]
        try await with(spec) { api in
            _ = try await api.create(Gear.named("small", ["n": .array((0..<100).map { .integer($0) })]))
            #expect(
                await refusal {
                    _ = try await api.create(Gear.named("large", ["n": .array((0..<1000).map { .integer($0) })]))
                }
                    == [
                        "spec: Invalid value: \"object\": 'operation cancelled: actual cost limit exceeded': no further validation "
                            + "rules will be run due to call cost exceeds limit for rule: negative"
                    ])
        }
    }
}
