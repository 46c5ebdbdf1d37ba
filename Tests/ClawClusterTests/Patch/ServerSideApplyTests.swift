import ClawBase
import ClawCluster
import ClawDocuments
import Testing

@Suite("Server-side apply")
struct ServerSideApplyTests {
    @Test("the applied fields are set and owned, without those that name the object")
    func creates() throws {
        var scene = Scene()
        try scene.apply(#"{"metadata":{"labels":{"a":"b"}},"spec":{"replicas":2,"nodes":{"x":"y"}}}"#, as: "one")
        #expect(
            scene.owned("one")
                == parse(#"{"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:nodes":{},"f:replicas":{}}}"#))
        #expect(scene.time("one") == "2023-11-14T22:14:20Z")
        #expect(scene.value("spec.replicas") == 2)
    }

    @Test("the same again changes nothing, not even the time")
    func idempotent() throws {
        var scene = Scene()
        let first = try scene.apply(#"{"data":{"x":"1"},"spec":{"containers":[{"name":"a"}]}}"#, as: "one")
        #expect(try scene.apply(#"{"data":{"x":"1"},"spec":{"containers":[{"name":"a"}]}}"#, as: "one") == first)
    }

    @Test("what a manager no longer applies goes, unless somebody else owns it")
    func removal() throws {
        var scene = Scene()
        try scene.apply(#"{"data":{"x":"1","y":"2"},"spec":{"paused":true}}"#, as: "one")
        try scene.apply(#"{"data":{"y":"2"}}"#, as: "two")
        #expect(scene.time("two") == nil, "an apply that changes nothing has no time")
        try scene.apply(#"{"data":{}}"#, as: "one")
        #expect(scene.live?["data"] == ["y": "2"])
        #expect(scene.live?["spec"] == nil)
        #expect(scene.owned("two") == parse(#"{"f:data":{"f:y":{}}}"#))
        try scene.apply("{}", as: "two")
        #expect(scene.live?["data"] == nil)
    }

    @Test("a different value of an owned field conflicts, in Kubernetes' words; force takes it over")
    func conflicts() throws {
        var scene = Scene()
        try scene.apply(#"{"data":{"x":"1"}}"#, as: "one")
        let error = #expect(throws: PatchError.self) { try scene.apply(#"{"data":{"x":"2"}}"#, as: "two") }
        #expect(error?.code == 409)
        #expect(error?.reason == "Conflict")
        #expect(error?.message == #"Apply failed with 1 conflict: conflict with "one": .data.x"#)
        #expect(
            error?.details
                == object(
                    #"{"causes":[{"reason":"FieldManagerConflict","message":"conflict with \"one\"","field":".data.x"}]}"#))
        #expect(scene.value("data.x") == "1")

        try scene.apply(#"{"data":{"x":"2"}}"#, as: "two", force: true)
        #expect(scene.value("data.x") == "2")
        #expect(scene.owned("one") == nil)
    }

    @Test("conflicts with several fields and managers are listed")
    func manyConflicts() throws {
        var scene = Scene()
        try scene.apply(#"{"spec":{"replicas":1,"containers":[{"name":"a","image":"1"}]}}"#, as: "one")
        scene.update(as: "up\"dater") { $0["spec"]?["paused"] = true }
        let error = #expect(throws: PatchError.self) {
            try scene.apply(
                #"{"spec":{"replicas":2,"paused":false,"containers":[{"name":"a","image":"2"}]}}"#, as: "two")
        }
        #expect(
            error?.message == """
                Apply failed with 3 conflicts: conflicts with "one":
                - .spec.replicas
                - .spec.containers[name="a"].image
                conflicts with "up\\"dater" using example.com/v1:
                - .spec.paused
                """)
        #expect(error?.causes.count == 3)
    }

    @Test("conflicts name the subresource of the other manager")
    func subresourceConflict() throws {
        var scene = Scene()
        try scene.apply(#"{"spec":{"replicas":1}}"#, as: "one")
        var scaler = Scene(subresource: "scale", live: scene.live)
        scaler.update(as: "hpa") { $0["spec"]?["replicas"] = 3 }
        scene.live = scaler.live
        let error = #expect(throws: PatchError.self) { try scene.apply(#"{"spec":{"replicas":1}}"#, as: "one") }
        #expect(
            error?.message
                == #"Apply failed with 1 conflict: conflict with "hpa" with subresource "scale" using example.com/v1: .spec.replicas"#
        )
    }

    @Test("equal values are shared")
    func shared() throws {
        var scene = Scene()
        try scene.apply(#"{"data":{"x":"1"}}"#, as: "one")
        try scene.apply(#"{"data":{"x":"1","z":"3"}}"#, as: "two")
        #expect(scene.owned("one") == parse(#"{"f:data":{"f:x":{}}}"#))
        #expect(scene.owned("two") == parse(#"{"f:data":{"f:x":{},"f:z":{}}}"#))
        try scene.apply("{}", as: "one")
        #expect(scene.value("data.x") == "1")
    }

    @Test("lists with keys merge by element; the applied order holds for what is applied")
    func listMaps() throws {
        var scene = Scene()
        try scene.apply(
            #"{"spec":{"containers":[{"name":"a","image":"1","ports":[{"containerPort":80,"protocol":"TCP"}]}]}}"#, as: "one")
        try scene.apply(
            #"{"spec":{"containers":[{"name":"b","image":"b"},{"name":"a","env":[{"name":"Y","value":"2"}]}]}}"#, as: "two")
        #expect(
            scene.live?["spec"]
                == parse(
                    #"{"containers":[{"name":"b","image":"b"},{"name":"a","image":"1","ports":[{"containerPort":80,"protocol":"TCP"}],"env":[{"name":"Y","value":"2"}]}]}"#
                ))
        #expect(
            scene.owned("two")
                == parse(
                    #"{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:env":{"k:{\"name\":\"Y\"}":{".":{},"f:name":{},"f:value":{}}},"f:name":{}},"k:{\"name\":\"b\"}":{".":{},"f:image":{},"f:name":{}}}}}"#
                ))
        // An element others have fields in stays while they own it.
        try scene.apply(#"{"spec":{"containers":[{"name":"c"}]}}"#, as: "one")
        #expect(
            scene.live?["spec"]
                == parse(
                    #"{"containers":[{"name":"b","image":"b"},{"name":"a","env":[{"name":"Y","value":"2"}]},{"name":"c"}]}"#))
    }

    @Test("an element goes with its applier though an updater has fields in it")
    func updatedElement() throws {
        var scene = Scene()
        try scene.apply(#"{"spec":{"containers":[{"name":"a","image":"1"}]}}"#, as: "one")
        scene.update(as: "editor") { $0["spec"]?["containers"] = [["name": "a", "image": "1", "args": ["x"]]] }
        #expect(scene.owned("editor", "Update") == parse(#"{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{"f:args":{}}}}}"#))
        try scene.apply(#"{"spec":{"containers":[{"name":"a","image":"2"}]}}"#, as: "one")
        #expect(scene.value("spec.containers.0.args") == ["x"])
        try scene.apply(#"{"spec":{"containers":[{"name":"b"}]}}"#, as: "one")
        #expect(scene.value("spec.containers") == [["name": "b"]])
        #expect(scene.owned("editor", "Update") == nil)
    }

    @Test("a missing key stands for its default")
    func keyDefaults() throws {
        var scene = Scene()
        try scene.apply(#"{"spec":{"ports":[{"port":80},{"port":80,"protocol":"UDP"}]}}"#, as: "one")
        #expect(
            scene.owned("one")
                == parse(
                    #"{"f:spec":{"f:ports":{"k:{\"port\":80,\"protocol\":\"TCP\"}":{".":{},"f:port":{}},"k:{\"port\":80,\"protocol\":\"UDP\"}":{".":{},"f:port":{},"f:protocol":{}}}}}"#
                ))
        try scene.apply(#"{"spec":{"ports":[{"port":80,"protocol":"TCP","name":"x"}]}}"#, as: "two")
        #expect(scene.value("spec.ports")?.array?.count == 2)
        #expect(scene.value("spec.ports.0.name") == "x")
    }

    @Test("sets merge by value")
    func sets() throws {
        var scene = Scene()
        try scene.apply(#"{"metadata":{"finalizers":["a"]}}"#, as: "one")
        try scene.apply(#"{"metadata":{"finalizers":["b"]}}"#, as: "two")
        #expect(scene.value("metadata.finalizers") == ["a", "b"])
        #expect(scene.owned("two") == parse(#"{"f:metadata":{"f:finalizers":{"v:\"b\"":{}}}}"#))
        try scene.apply("{}", as: "one")
        #expect(scene.value("metadata.finalizers") == ["b"])
    }

    @Test(
        "atomic lists, maps and objects are owned as a whole",
        arguments: [
            (#"{"spec":{"tolerations":[{"key":"a"}]}}"#, #"{"spec":{"tolerations":[{"key":"b"}]}}"#, ".spec.tolerations"),
            (#"{"spec":{"nodes":{"a":"b"}}}"#, #"{"spec":{"nodes":{"c":"d"}}}"#, ".spec.nodes"),
            (
                #"{"spec":{"selector":{"matchLabels":{"a":"b"}}}}"#, #"{"spec":{"selector":{"matchLabels":{"c":"d"}}}}"#,
                ".spec.selector"
            ),
            (#"{"spec":{"extra":{"a":[1]}}}"#, #"{"spec":{"extra":{"b":1}}}"#, ".spec.extra"),
        ])
    func atomic(_ one: String, _ two: String, _ field: String) throws {
        var scene = Scene()
        try scene.apply(one, as: "one")
        let error = #expect(throws: PatchError.self) { try scene.apply(two, as: "two") }
        #expect(error?.causes.map(\.field) == [field])
        try scene.apply(two, as: "two", force: true)
        #expect(scene.live?["spec"] == Scene.thing(two)["spec"])
    }

    @Test("null and empty values are owned; an applied null unsets a field and empties a text of a map")
    func nulls() throws {
        var scene = Scene()
        try scene.apply(#"{"metadata":{"labels":{}},"data":{}}"#, as: "one")
        #expect(scene.owned("one") == parse(#"{"f:data":{},"f:metadata":{"f:labels":{}}}"#))
        scene.update(as: "server") { $0["metadata"]?["creationTimestamp"] = "2026-01-01T00:00:00Z" }
        try scene.apply(
            #"{"metadata":{"creationTimestamp":null},"data":{"a":null,"b":"x"},"spec":{"paused":null}}"#, as: "one")
        #expect(scene.live?["data"] == ["a": "", "b": "x"])
        #expect(scene.live?["spec"] == [:])
        #expect(scene.value("metadata.creationTimestamp") == "2026-01-01T00:00:00Z")
    }

    @Test("an object that nobody keeps account of belongs to its past")
    func beforeFirstApply() throws {
        var scene = Scene(live: Scene.thing(#"{"metadata":{"uid":"1"},"data":{"x":"1"}}"#))
        let error = #expect(throws: PatchError.self) { try scene.apply(#"{"data":{"x":"2"}}"#, as: "one") }
        #expect(
            error?.message
                == #"Apply failed with 1 conflict: conflict with "before-first-apply" using example.com/v1: .data.x"#)
        try scene.apply(#"{"data":{"x":"1","y":"2"}}"#, as: "one")
        #expect(scene.owned("before-first-apply", "Update") == parse(#"{"f:data":{".":{},"f:x":{}}}"#))
    }

    @Test(
        "configurations that cannot be applied are refused as Kubernetes does",
        arguments: [
            (#"{"nonsense":1}"#, ".nonsense: field not declared in schema"),
            (#"{"spec":{"deep":{"a":1}}}"#, ".spec.deep: field not declared in schema"),
            (#"{"data":["a"]}"#, ".data: expected map, got &{[a]}"),
            (#"{"spec":{"containers":{"a":1}}}"#, ".spec.containers: expected list, got &{map[a:1]}"),
            (#"{"spec":{"replicas":"x"}}"#, ".spec.replicas: expected numeric (int or float), got string"),
            (#"{"spec":{"paused":1}}"#, ".spec.paused: expected boolean, got &{1}"),
            (#"{"data":{"a":1}}"#, ".data.a: expected string, got &value.valueUnstructured{Value:1}"),
            (#"{"spec":{"size":[1]}}"#, ".spec.size: expected any scalar, got &{[1]}"),
            (
                #"{"spec":{"containers":[{"name":"a"},{"name":"a"}]}}"#,
                #".spec.containers: duplicate entries for key [name="a"]"#
            ),
            (#"{"metadata":{"finalizers":["a","a"]}}"#, #".metadata.finalizers: duplicate entries for key [="a"]"#),
            (
                #"{"status":{"conditions":[{"status":"True"}]}}"#,
                #".status.conditions: element 0: associative list with keys has an element that omits all key fields ["type"] (and doesn't have default values for any key fields)"#
            ),
            (
                #"{"spec":{"containers":["a"]}}"#,
                ".spec.containers: element 0: associative list with keys may not have non-map elements"
            ),
            (#"{"data":{"a":1},"x":2}"#, "errors:\n  .data.a: expected string, got &value.valueUnstructured{Value:1}\n  .x: field not declared in schema"),
        ])
    func unfit(_ configuration: String, _ problem: String) {
        var scene = Scene()
        let error = #expect(throws: PatchError.self) { try scene.apply(configuration, as: "one") }
        #expect(
            error?.message == "failed to create typed patch object (/t; example.com/v1, Kind=Thing): \(problem)")
        #expect(error?.code == 500)
    }

    @Test("another kind, and given managedFields, are bad requests")
    func badRequests() {
        let scene = Scene()
        func error(_ configuration: String) -> PatchError? {
            #expect(throws: PatchError.self) {
                try scene.fields.apply(
                    object(configuration), to: nil, manager: "one", force: false, at: scene.now)
            }
        }
        #expect(error(#"{"apiVersion":"v1","kind":"Secret"}"#)?.message == "invalid object type: /v1, Kind=Secret")
        #expect(error("{}")?.message == "invalid object type: /, Kind=")
        let given = error(#"{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"managedFields":[]}}"#)
        #expect(given?.message == "metadata.managedFields must be nil")
        #expect(given?.code == 400)
    }

    @Test("without a schema objects are granular and lists atomic")
    func deduced() throws {
        var scene = Scene(schema: nil)
        try scene.apply(#"{"spec":{"a":{"b":1,"l":[{"name":"x"}]}}}"#, as: "one")
        #expect(
            scene.owned("one") == parse(#"{"f:spec":{".":{},"f:a":{".":{},"f:b":{},"f:l":{}}}}"#))
        try scene.apply(#"{"spec":{"a":{"c":2}}}"#, as: "two")
        let error = #expect(throws: PatchError.self) {
            try scene.apply(#"{"spec":{"a":{"l":[{"name":"y"}]}}}"#, as: "two")
        }
        #expect(error?.causes.map(\.field) == [".spec.a.l"])
        try scene.apply("{}", as: "one")
        #expect(scene.live?["spec"] == ["a": ["c": 2]])
    }

    @Test("kubectl takes over what it applied by annotation, and keeps the annotation")
    func clientSideUpgrade() throws {
        let last = #"{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"t"},"data":{"x":"1","y":"1"}}"#
        var scene = Scene()
        scene.update(as: "kubectl-client-side-apply") { object in
            object["data"] = ["x": "1", "y": "changed"]
            object["metadata"]?["annotations"] = ["kubectl.kubernetes.io/last-applied-configuration": .string(last)]
        }
        let error = #expect(throws: PatchError.self) {
            try scene.apply(#"{"data":{"x":"2","y":"2"}}"#, as: "kubectl")
        }
        #expect(error?.causes.map(\.field) == [".data.y"])
        #expect(throws: PatchError.self) { try scene.apply(#"{"data":{"x":"2"}}"#, as: "other") }
        try scene.apply(#"{"data":{"x":"2"}}"#, as: "kubectl")
        #expect(scene.value("data.x") == "2")
        let annotation = scene.live?["metadata"]?["annotations"]?["kubectl.kubernetes.io/last-applied-configuration"]
        #expect(
            annotation?.string
                == #"{"apiVersion":"example.com/v1","data":{"x":"2"},"kind":"Thing","metadata":{"name":"t"}}"# + "\n")
    }
}
