import ClawBase
import ClawCustomResources
import ClawDocuments
import ClawKubernetes
import Testing

@Suite("What a change of a definition breaks")
struct ComparisonTests {
    private func definition(_ properties: JSON, required: [String] = [], _ more: JSONObject = [:])
        -> CustomResourceDefinition
    {
        var version: JSONObject = [
            "name": "v1", "served": true, "storage": true,
            "schema": [
                "openAPIV3Schema": [
                    "type": "object",
                    "properties": [
                        "spec": [
                            "type": "object", "properties": properties, "required": .array(required.map(JSON.string)),
                        ]
                    ],
                ]
            ],
        ]
        for (name, value) in more { version[name] = value }
        return definition(versions: [.object(version)])
    }

    private func definition(
        versions: [JSON], group: String = "toys.example", scope: String = "Namespaced", shortNames: [JSON] = ["kt"]
    ) -> CustomResourceDefinition {
        CustomResourceDefinition(document: [
            "metadata": ["name": "kites.toys.example"],
            "spec": [
                "group": .string(group), "scope": .string(scope), "versions": .array(versions),
                "names": ["kind": "Kite", "plural": "kites", "shortNames": .array(shortNames)],
            ],
        ])
    }

    struct Change: Sendable, CustomStringConvertible {
        let description: String
        let old: JSON
        let new: JSON
        var required: [String] = []
        let codes: [String]

        init(_ description: String, _ old: JSON, _ new: JSON, required: [String] = [], _ codes: String...) {
            (self.description, self.old, self.new, self.required, self.codes) = (description, old, new, required, codes)
        }
    }

    static let text: JSON = ["type": "string"]
    static let number: JSON = ["type": "integer"]

    static let changes: [Change] = [
        Change("nothing", ["a": text], ["a": text]),
        Change("a field more", ["a": text], ["a": text, "b": number]),
        Change("other words", ["a": text], ["a": ["type": "string", "description": "words"]]),
        Change("a field gone", ["a": text, "b": number], ["a": text], "E_CRD_FIELD_REMOVED"),
        Change("a field renamed", ["replicas": number], ["replica": number], "E_CRD_FIELD_REMOVED"),
        Change("newly required", ["a": text], ["a": text], required: ["a"], "E_CRD_FIELD_REQUIRED"),
        Change("required with a default", ["a": text], ["a": ["type": "string", "default": "x"]], required: ["a"]),
        Change("another type", ["a": text], ["a": number], "E_CRD_TYPE_CHANGED"),
        Change("a wider type", ["a": number], ["a": ["type": "number"]]),
        Change("a wider type still", ["a": number], ["a": ["x-kubernetes-int-or-string": true]]),
        Change("null refused", ["a": ["type": "string", "nullable": true]], ["a": text], "E_CRD_NULL_REFUSED"),
        Change(
            "a value gone", ["a": ["type": "string", "enum": ["x", "y"]]], ["a": ["type": "string", "enum": ["x"]]],
            "E_CRD_ENUM_VALUE_GONE"),
        Change(
            "a value more", ["a": ["type": "string", "enum": ["x"]]], ["a": ["type": "string", "enum": ["x", "y"]]]),
        Change("only some values", ["a": text], ["a": ["type": "string", "enum": ["x"]]], "E_CRD_LIMIT_TIGHTENED"),
        Change(
            "a lower maximum", ["a": ["type": "integer", "maximum": 9]], ["a": ["type": "integer", "maximum": 8]],
            "E_CRD_LIMIT_TIGHTENED"),
        Change(
            "a higher maximum", ["a": ["type": "integer", "maximum": 9]], ["a": ["type": "integer", "maximum": 10]]),
        Change(
            "the bound itself", ["a": ["type": "integer", "minimum": 1]],
            ["a": ["type": "integer", "minimum": 1, "exclusiveMinimum": true]], "E_CRD_LIMIT_TIGHTENED"),
        Change("a new length", ["a": text], ["a": ["type": "string", "maxLength": 8]], "E_CRD_LIMIT_TIGHTENED"),
        Change("no length at all", ["a": text], ["a": ["type": "string", "minLength": 0]]),
        Change(
            "another pattern", ["a": ["type": "string", "pattern": "a"]], ["a": ["type": "string", "pattern": "b"]],
            "E_CRD_LIMIT_TIGHTENED"),
        Change(
            "a set", ["a": ["type": "array", "items": text]],
            ["a": ["type": "array", "items": text, "x-kubernetes-list-type": "set"]], "E_CRD_LIST_TYPE_CHANGED"),
        Change(
            "in the items", ["a": ["type": "array", "items": text]], ["a": ["type": "array", "items": number]],
            "E_CRD_TYPE_CHANGED"),
        Change(
            "in the values", ["a": ["type": "object", "additionalProperties": text]],
            ["a": ["type": "object", "additionalProperties": number]], "E_CRD_TYPE_CHANGED"),
        Change(
            "unknown fields", ["a": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]],
            ["a": ["type": "object"]], "E_CRD_UNKNOWN_FIELDS_PRUNED"),
        Change(
            "another default", ["a": ["type": "string", "default": "x"]], ["a": ["type": "string", "default": "y"]],
            "W_CRD_DEFAULT_CHANGED"),
        Change(
            "a rule", ["a": text], ["a": ["type": "string", "x-kubernetes-validations": [["rule": "self != ''"]]]],
            "W_CRD_RULE_ADDED"),
    ]

    @Test("of a field", arguments: changes)
    func fields(change: Change) {
        let found = DefinitionComparison.findings(
            from: definition(change.old), to: definition(change.new, required: change.required))
        #expect(found.map(\.code.rawValue) == change.codes)
        #expect(found.allSatisfy { $0.field?.hasPrefix("v1 spec") ?? false })
    }

    @Test("a rename is guessed")
    func rename() throws {
        let found = DefinitionComparison.findings(
            from: definition(["replicas": Self.number]), to: definition(["count": Self.number]))
        #expect(try #require(found.first).message.contains("'count'"))
    }

    private func version(_ name: String, served: Bool = true, storage: Bool = false) -> JSON {
        [
            "name": .string(name), "served": .bool(served), "storage": .bool(storage),
            "schema": ["openAPIV3Schema": ["type": "object"]],
        ]
    }

    @Test("of versions, names and scope")
    func versions() {
        let old = definition(versions: [version("v1", storage: true), version("v1beta1")])
        func codes(_ new: CustomResourceDefinition) -> [String] {
            DefinitionComparison.findings(from: old, to: new).map(\.code.rawValue)
        }
        #expect(codes(definition(versions: [version("v1", storage: true)])) == ["E_CRD_VERSION_DROPPED"])
        #expect(
            codes(definition(versions: [version("v1beta1", storage: true)])) == [
                "E_CRD_STORED_VERSION_DROPPED", "W_CRD_STORAGE_VERSION_CHANGED",
            ])
        #expect(
            codes(definition(versions: [version("v1", storage: true), version("v1beta1", served: false)]))
                == ["E_CRD_VERSION_UNSERVED"])
        let both = [version("v1", storage: true), version("v1beta1")]
        #expect(codes(definition(versions: both, group: "other.example")) == ["E_CRD_IDENTITY"])
        #expect(codes(definition(versions: both, scope: "Cluster")) == ["E_CRD_SCOPE"])
        #expect(codes(definition(versions: both, shortNames: [])) == ["W_CRD_NAME_DROPPED"])
    }

    @Test("a subresource or a selectable field gone")
    func subresources() {
        let old = definition(
            ["a": Self.text],
            [
                "subresources": ["status": [:], "scale": ["specReplicasPath": ".spec.a"]],
                "selectableFields": [["jsonPath": ".spec.a"]],
            ])
        let found = DefinitionComparison.findings(from: old, to: definition(["a": Self.text]))
        #expect(
            found.map(\.code.rawValue) == [
                "E_CRD_SUBRESOURCE_DROPPED", "E_CRD_SUBRESOURCE_DROPPED", "E_CRD_SELECTABLE_FIELD_DROPPED",
            ])
    }
}
