import ClawBase
import ClawCluster
import ClawDocuments
import ClawModels
import ClawSchemas
import Testing

@Suite("Server-side apply of custom resources")
struct CustomResourceSchemaTests {
    func scene(_ openAPI: String?) -> Scene {
        let schema = CustomResourceSchema(
            openAPIV3Schema: openAPI.map(parse), name: "example.com/v1 Thing", builtIn: .kubernetes)
        var scene = Scene()
        scene.fields = FieldManager(
            types: schema.types, schema: schema.root, apiVersion: "example.com/v1", kind: "Thing")
        return scene
    }

    @Test("a definition's list types, key defaults and atomic maps hold")
    func structural() throws {
        var scene = scene(
            """
            {"type":"object","properties":{"spec":{"type":"object","properties":{
            "ports":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["port","protocol"],
            "items":{"type":"object","properties":{"port":{"type":"integer"},
            "protocol":{"type":"string","default":"TCP"}}}},
            "tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
            "plain":{"type":"array","items":{"type":"string"}},
            "selector":{"type":"object","x-kubernetes-map-type":"atomic","additionalProperties":{"type":"string"}},
            "limits":{"type":"object","additionalProperties":{"x-kubernetes-int-or-string":true}},
            "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}
            """)
        try scene.apply(
            """
            {"metadata":{"finalizers":["a/b"]},"spec":{"ports":[{"port":80}],"tags":["x"],"plain":["y"],
            "selector":{"a":"b"},"limits":{"cpu":1},"free":{"a":{"b":[1]}}}}
            """, as: "one")
        #expect(
            scene.owned("one")
                == parse(
                    #"""
                    {"f:metadata":{"f:finalizers":{"v:\"a/b\"":{}}},"f:spec":{"f:free":{"f:a":{".":{},"f:b":{}}},
                    "f:limits":{"f:cpu":{}},"f:plain":{},"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":
                    {".":{},"f:port":{}}},"f:selector":{},"f:tags":{"v:\"x\"":{}}}}
                    """#))
        let error = #expect(throws: PatchError.self) { try scene.apply(#"{"spec":{"nope":1}}"#, as: "one") }
        #expect(error?.message.hasSuffix(".spec.nope: field not declared in schema") == true)
        #expect(throws: PatchError.self) { try scene.apply(#"{"spec":{"ports":[{"protocol":1}]}}"#, as: "one") }
    }

    @Test("without a schema the metadata is still known")
    func schemaless() throws {
        var scene = scene(nil)
        try scene.apply(#"{"metadata":{"finalizers":["a/b"]},"spec":{"a":{"l":[1]}}}"#, as: "one")
        try scene.apply(#"{"metadata":{"finalizers":["c/d"]},"spec":{"a":{"b":1}}}"#, as: "two")
        #expect(scene.value("metadata.finalizers") == ["a/b", "c/d"])
        #expect(
            scene.owned("two")
                == parse(
                    #"{"f:metadata":{"f:finalizers":{"v:\"c/d\"":{}}},"f:spec":{".":{},"f:a":{".":{},"f:b":{}}}}"#))
    }

    @Test("a built-in kind's own tables: keys with defaults, sets, atomic types, fields that are never absent")
    func builtIn() throws {
        let fields = FieldManager(
            types: .kubernetes, schema: SchemaTable.kubernetes["io.k8s.api.core.v1.Service"], apiVersion: "v1",
            kind: "Service", ignoredFields: FieldSet(fields: ["status"]))
        let now = Timestamp(seconds: 1_700_000_000)
        let service = object(
            #"""
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"s","finalizers":["a/b"]},
            "spec":{"selector":{"a":"b"},"ports":[{"port":80,"name":"x"}]},"status":{"loadBalancer":{}}}
            """#)
        let created = fields.update(from: nil, to: service, manager: "kubectl", at: now)
        #expect(
            ManagedFields(of: created).entries.values.first?.fields.fieldsV1
                == object(
                    #"""
                    {"f:metadata":{"f:finalizers":{".":{},"v:\"a/b\"":{}}},"f:spec":{"f:ports":{".":{},
                    "k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:name":{},"f:port":{}}},"f:selector":{}}}
                    """#))
        let error = #expect(throws: PatchError.self) {
            try fields.apply(
                object(#"{"apiVersion":"v1","kind":"Service","metadata":{"name":"s"},"spec":{"selector":{"c":"d"}}}"#),
                to: created, manager: "claw", force: false, at: now)
        }
        #expect(
            error?.message == #"Apply failed with 1 conflict: conflict with "kubectl" using v1: .spec.selector"#)
    }
}
