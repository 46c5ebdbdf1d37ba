import ClawCluster
import ClawDocuments
import Testing

@Suite("Strategic merge patch")
struct StrategicMergePatchTests {
    func apply(_ patch: String, to document: String) throws -> JSON {
        .object(try Patch.apply(.strategicMerge, parse(patch), to: object(document), schema: thingSchema, types: testTypes))
    }

    func error(_ patch: String, on document: String) -> PatchError? {
        #expect(throws: PatchError.self) { try apply(patch, to: document) }
    }

    @Test(
        "lists with a merge key merge element by element, what is new stands where the patch says",
        arguments: [
            (
                #"{"spec":{"containers":[{"name":"a","image":"2"}]}}"#,
                #"{"spec":{"containers":[{"name":"a","image":"1","args":["x"]},{"name":"b"}]}}"#,
                #"{"spec":{"containers":[{"name":"a","image":"2","args":["x"]},{"name":"b"}]}}"#
            ),
            (
                #"{"spec":{"containers":[{"name":"c"}]}}"#, #"{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}"#,
                #"{"spec":{"containers":[{"name":"c"},{"name":"a"},{"name":"b"}]}}"#
            ),
            (
                #"{"spec":{"containers":[{"name":"a","args":["z"],"env":[{"name":"E","value":"2"},{"name":"F"}]}]}}"#,
                #"{"spec":{"containers":[{"name":"a","args":["x","y"],"env":[{"name":"E","value":"1"}]}]}}"#,
                #"{"spec":{"containers":[{"name":"a","args":["z"],"env":[{"name":"E","value":"2"},{"name":"F"}]}]}}"#
            ),
            (
                #"{"spec":{"ports":[{"port":80,"targetPort":8080},{"port":82}]}}"#,
                #"{"spec":{"ports":[{"port":80,"name":"x"},{"port":81,"name":"y"}]}}"#,
                #"{"spec":{"ports":[{"port":80,"name":"x","targetPort":8080},{"port":82},{"port":81,"name":"y"}]}}"#
            ),
            (
                #"{"spec":{"tolerations":[{"key":"k2"}]}}"#, #"{"spec":{"tolerations":[{"key":"k1"}]}}"#,
                #"{"spec":{"tolerations":[{"key":"k2"}]}}"#
            ),
        ])
    func mergesLists(_ patch: String, _ before: String, _ after: String) throws {
        #expect(try apply(patch, to: before) == parse(after))
    }

    @Test(
        "directives delete, replace, retain and order",
        arguments: [
            (
                #"{"spec":{"containers":[{"name":"b","$patch":"delete"},{"name":"a","env":[{"name":"E","$patch":"delete"}]}]}}"#,
                #"{"spec":{"containers":[{"name":"a","env":[{"name":"E"},{"name":"F"}]},{"name":"b"}]}}"#,
                #"{"spec":{"containers":[{"name":"a","env":[{"name":"F"}]}]}}"#
            ),
            (
                #"{"spec":{"volumes":[{"$patch":"replace"},{"name":"v3"}]}}"#,
                #"{"spec":{"volumes":[{"name":"v1"},{"name":"v2"}]}}"#, #"{"spec":{"volumes":[{"name":"v3"}]}}"#
            ),
            (#"{"spec":{"$patch":"replace","paused":true}}"#, #"{"spec":{"replicas":1}}"#, #"{"spec":{"paused":true}}"#),
            (#"{"spec":{"nodes":{"$patch":"delete"}}}"#, #"{"spec":{"nodes":{"a":"b"},"replicas":1}}"#, #"{"spec":{"replicas":1}}"#),
            (
                #"{"spec":{"volumes":[{"name":"v","$retainKeys":["name","hostPath"],"hostPath":{"path":"/x"}}]}}"#,
                #"{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}"#,
                #"{"spec":{"volumes":[{"name":"v","hostPath":{"path":"/x"}}]}}"#
            ),
            (
                #"{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}"#,
                #"{"spec":{"strategy":{"type":"RollingUpdate","rollingUpdate":{"maxSurge":1}}}}"#,
                #"{"spec":{"strategy":{"type":"Recreate"}}}"#
            ),
            (
                #"{"spec":{"$setElementOrder/containers":[{"name":"c"},{"name":"a"}],"containers":[{"name":"a","image":"3"}]}}"#,
                #"{"spec":{"containers":[{"name":"a"},{"name":"b"},{"name":"c"}]}}"#,
                #"{"spec":{"containers":[{"name":"b"},{"name":"c"},{"name":"a","image":"3"}]}}"#
            ),
            (
                #"{"spec":{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}]}}"#,
                #"{"spec":{"containers":[{"name":"a"},{"name":"b"}]}}"#,
                #"{"spec":{"containers":[{"name":"b"},{"name":"a"}]}}"#
            ),
            (
                #"{"metadata":{"$setElementOrder/finalizers":["c","b"],"finalizers":["c"]}}"#,
                #"{"metadata":{"finalizers":["b"]}}"#, #"{"metadata":{"finalizers":["c","b"]}}"#
            ),
            (
                #"{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}"#,
                #"{"metadata":{"finalizers":["b","a"]}}"#, #"{"metadata":{"finalizers":["b"]}}"#
            ),
            (
                #"{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"]}}"#, #"{"metadata":{"finalizers":["a"]}}"#,
                #"{"metadata":{}}"#
            ),
            (#"{"metadata":{"finalizers":["b"]}}"#, #"{"metadata":{"finalizers":["a"]}}"#, #"{"metadata":{"finalizers":["b","a"]}}"#),
            (
                #"{"spec":{"budget":{"type":"x"}}}"#, #"{"spec":{"budget":{"rollingUpdate":{}}}}"#,
                #"{"spec":{"budget":{"type":"x"}}}"#
            ),
            (#"{"$patch":"delete"}"#, #"{"spec":{}}"#, "{}"),
        ])
    func directives(_ patch: String, _ before: String, _ after: String) throws {
        #expect(try apply(patch, to: before) == parse(after))
    }

    @Test("nulls remove, and mean nothing where there is nothing")
    func nulls() throws {
        let live = #"{"metadata":{"labels":{"a":"b","c":"d"}},"spec":{"nodes":{"x":"y"},"replicas":1}}"#
        let patch = #"{"metadata":{"labels":{"a":null,"n":"m"},"annotations":{"z":null}},"spec":{"nodes":null,"paused":null}}"#
        #expect(
            try apply(patch, to: live)
                == parse(#"{"metadata":{"labels":{"c":"d","n":"m"},"annotations":{}},"spec":{"replicas":1}}"#))
    }

    @Test("directives have no effect, and leave no trace, where there is nothing to merge into")
    func directivesOnNothing() throws {
        let patch = """
            {"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":[{"name":"a","$retainKeys":["name"]},
            {"name":"gone","$patch":"delete"}],"strategy":{"$patch":"delete"},"$deleteFromPrimitiveList/args":["x"]}}
            """
        #expect(try apply(patch, to: "{}") == parse(#"{"spec":{"containers":[{"name":"a"}]}}"#))
        #expect(try apply(patch, to: #"{"spec":{}}"#) == parse(#"{"spec":{"containers":[{"name":"a"}]}}"#))
    }

    @Test("mistakes are worded as Kubernetes words them")
    func mistakes() {
        let live = #"{"spec":{"containers":[{"name":"a"}]},"metadata":{"finalizers":["f"]}}"#
        let noKey = error(#"{"spec":{"containers":[{"image":"i","args":["x","y"]}]}}"#, on: live)
        #expect(noKey?.message == "map: map[args:[x y] image:i] does not contain declared merge key: name")
        #expect(noKey?.code == 500)
        #expect(noKey?.reason == nil)

        let unknown = error(#"{"spec":{"containers":[{"$patch":"bang","name":"a"}]}}"#, on: live)
        #expect(unknown?.message == "unknown patch type: bang in map: map[$patch:bang name:a]")
        #expect(error(#"{"spec":{"$patch":"merge"}}"#, on: live)?.message == "unknown patch type: merge in map: map[$patch:merge]")

        let order = error(
            #"{"spec":{"$setElementOrder/containers":[{"name":"b"}],"containers":[{"name":"a","image":"i"}]}}"#, on: live)
        #expect(
            order?.message
                == "The order in patch list:\n[map[image:i name:a]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n")

        #expect(error(#"{"spec":{"$retainKeys":["x"],"replicas":1}}"#, on: live)?.message == "invalid patch format of retainKeys")
        #expect(error(#"{"spec":{"$retainKeys":"x"}}"#, on: live)?.code == 400)
        let list = error(#"{"metadata":{"$deleteFromPrimitiveList":["x"]}}"#, on: live)
        #expect(list?.message == "invalid patch format of primitive list")
        #expect(error(#"{"spec":{"$setElementOrder/gone":["x"]}}"#, on: live)?.code == 500)
        #expect(error(#"{"spec":{"containers":["x"]}}"#, on: live)?.code == 500)
        #expect(error("[]", on: live)?.code == 400)
    }

    @Test("a kind without schema has no strategic merge patch")
    func customResources() {
        let error = #expect(throws: PatchError.self) {
            try Patch.apply(.strategicMerge, [:], to: [:], schema: nil, types: testTypes)
        }
        #expect(error?.code == 415)
        #expect(error?.message.hasSuffix(
            "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml") == true)
    }

    @Test("a wrong shape replaces, for validation to refuse later")
    func wrongShape() throws {
        #expect(
            try apply(#"{"spec":{"containers":{"name":"a"}}}"#, to: #"{"spec":{"containers":[]}}"#)
                == parse(#"{"spec":{"containers":{"name":"a"}}}"#))
    }
}
