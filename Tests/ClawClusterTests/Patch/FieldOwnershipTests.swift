import ClawBase
import ClawCluster
import ClawDocuments
import Testing

@Suite("Field ownership of ordinary writes")
struct FieldOwnershipTests {
    @Test("who creates an object owns what it set, parents included, but not what Kubernetes never leaves out")
    func create() {
        var scene = Scene()
        scene.update(as: "creator") { object in
            object = Scene.thing(
                #"{"metadata":{"labels":{"l":"m"},"generation":1},"spec":{"strategy":{"type":"x"},"containers":[{"name":"a","resources":{}}]},"status":{}}"#
            )
        }
        #expect(
            scene.owned("creator", "Update")
                == parse(
                    #"{"f:metadata":{"f:labels":{".":{},"f:l":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:name":{},"f:resources":{}}},"f:strategy":{".":{},"f:type":{}}}}"#
                ))
    }

    @Test("who changes a field takes it from all others, appliers too")
    func changes() throws {
        var scene = Scene()
        try scene.apply(#"{"data":{"x":"1","z":"3"}}"#, as: "two")
        scene.update(as: "upd") { $0["data"]?["x"] = "changed" }
        #expect(scene.owned("two") == parse(#"{"f:data":{"f:z":{}}}"#))
        #expect(scene.owned("upd", "Update") == parse(#"{"f:data":{"f:x":{}}}"#))
        scene.update(as: "upd") { $0["data"]?["w"] = "new" }
        #expect(scene.owned("upd", "Update") == parse(#"{"f:data":{"f:w":{},"f:x":{}}}"#))
        scene.update(as: "upd") { $0["data"] = nil }
        #expect(scene.live?["metadata"]?["managedFields"] == nil)
    }

    @Test("a write that changes nothing leaves account and time as they were")
    func noChange() throws {
        var scene = Scene()
        let first = scene.update(as: "creator") { $0["data"] = ["x": "1"] }
        #expect(scene.update(as: "creator") { _ in } == first)
        #expect(scene.update(as: "other") { $0["metadata"]?["managedFields"] = nil } == first)
        #expect(scene.update(as: "other") { $0["metadata"]?["resourceVersion"] = "9" } != first)
        #expect(scene.owned("other", "Update") == nil)
    }

    @Test("only times that differ are no change")
    func settling() {
        var scene = Scene()
        let first = scene.update(as: "creator") { $0["data"] = ["x": "1"] }
        var later = Scene()
        later.now = Timestamp(seconds: 1_800_000_000)
        let second = later.update(as: "creator") { $0["data"] = ["x": "1"] }
        #expect(first != second)
        #expect(FieldManager.settlingTimes(of: second, against: first) == first)
        let third = later.update(as: "other") { $0["data"] = ["x": "1", "y": "2"] }
        #expect(FieldManager.settlingTimes(of: third, against: first) == third)
    }

    @Test("an empty list, or one empty entry, resets the account; it starts again with the next apply")
    func reset() throws {
        for empty in [JSON.array([]), [[:]]] {
            var scene = Scene()
            scene.update(as: "creator") { $0["data"] = ["x": "1"] }
            scene.update(as: "other") { $0["metadata"]?["managedFields"] = empty }
            #expect(scene.live?["metadata"]?["managedFields"] == nil)
            scene.update(as: "other") { $0["data"]?["x"] = "2" }
            #expect(scene.live?["metadata"]?["managedFields"] == nil)
            try scene.apply(#"{"data":{"y":"3"}}"#, as: "one")
            #expect(scene.owned("before-first-apply", "Update") == parse(#"{"f:data":{".":{},"f:x":{}}}"#))
        }
    }

    @Test("an account that cannot be read counts as none in a write, and stops an apply")
    func malformed() {
        let broken = Scene.thing(#"{"metadata":{"uid":"1","managedFields":[{"manager":"x","operation":"Eat"}]}}"#)
        var scene = Scene(live: broken)
        scene.update(as: "upd") { $0["data"] = ["x": "1"] }
        #expect(scene.live?["metadata"]?["managedFields"] == nil)
        scene.live = broken
        let error = #expect(throws: PatchError.self) { try scene.apply("{}", as: "one") }
        #expect(error?.message == "failed to decode managed fields: operation must be `Apply` or `Update`")
    }

    @Test("through a subresource nobody owns what it cannot set")
    func subresources() throws {
        var scene = Scene(ignoring: FieldSet(fields: ["status"]))
        try scene.apply(#"{"spec":{"replicas":1},"status":{"phase":"mine"}}"#, as: "one")
        #expect(scene.owned("one") == parse(#"{"f:spec":{"f:replicas":{}}}"#))
        var status = Scene(subresource: "status", ignoring: FieldSet(fields: ["spec"]), live: scene.live)
        status.update(as: "ctl") { object in
            object["status"] = ["phase": "Ready"]
            object["spec"]?["replicas"] = 7
            object["metadata"]?["managedFields"] = nil
        }
        #expect(status.owned("ctl", "Update") == parse(#"{"f:status":{"f:phase":{}}}"#))
        #expect(status.owned("one") == parse(#"{"f:spec":{"f:replicas":{}}}"#))
        let entry = status.live?["metadata"]?["managedFields"]?.array?.last
        #expect(entry?["subresource"] == "status")
    }

    @Test("entries stand in order: appliers, then updaters, each by time and name; the oldest updaters merge")
    func order() throws {
        var scene = Scene()
        scene.update(as: "creator") { $0["data"] = ["x0": "1"] }
        try scene.apply(#"{"spec":{"replicas":1}}"#, as: "zoe")
        try scene.apply(#"{"spec":{"paused":true}}"#, as: "abe")
        for number in 1...11 { scene.update(as: "upd\(number)") { $0["data"]?["x\(number)"] = "1" } }
        let names = scene.live?["metadata"]?["managedFields"]?.array?.compactMap { $0["manager"]?.string }
        #expect(names == ["zoe", "abe", "ancient-changes"] + (3...11).map { "upd\($0)" })
        #expect(
            scene.owned("ancient-changes", "Update")
                == parse(#"{"f:data":{".":{},"f:x0":{},"f:x1":{},"f:x2":{}}}"#))
    }

    @Test("elements that stand twice are owned as one")
    func duplicates() {
        var scene = Scene()
        scene.update(as: "creator") { $0["spec"] = ["containers": [["name": "a", "image": "1"]]] }
        scene.update(as: "doubler") {
            $0["spec"] = ["containers": [["name": "a", "image": "1"], ["name": "a", "image": "2"]]]
        }
        #expect(scene.owned("doubler", "Update") == parse(#"{"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{}}}}"#))
        #expect(scene.owned("creator", "Update") == nil)
    }

    @Test("where a type became atomic, who owned parts owns the whole")
    func becameAtomic() throws {
        let managed = #"""
            [{"manager":"old","operation":"Apply","apiVersion":"example.com/v1","fieldsType":"FieldsV1",
            "fieldsV1":{"f:spec":{"f:selector":{"f:matchLabels":{"f:a":{}}}}}}]
            """#
        var scene = Scene(
            live: Scene.thing(
                #"{"metadata":{"uid":"1","managedFields":\#(managed)},"spec":{"selector":{"matchLabels":{"a":"b"}}}}"#))
        scene.update(as: "upd") { $0["data"] = ["x": "1"] }
        #expect(scene.owned("old") == parse(#"{"f:spec":{"f:selector":{}}}"#))
    }
}
