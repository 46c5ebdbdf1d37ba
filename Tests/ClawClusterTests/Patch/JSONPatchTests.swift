import ClawCluster
import ClawDocuments
import Testing

@Suite("JSON Patch")
struct JSONPatchTests {
    func apply(_ patch: String, to document: String) throws -> JSON {
        .object(try Patch.apply(.json, parse(patch), to: object(document), schema: nil, types: testTypes))
    }

    @Test(
        "the six operations do what RFC 6902 says",
        arguments: [
            (#"[{"op":"add","path":"/b","value":2}]"#, #"{"a":1}"#, #"{"a":1,"b":2}"#),
            (#"[{"op":"add","path":"/l/1","value":"x"}]"#, #"{"l":["a","b"]}"#, #"{"l":["a","x","b"]}"#),
            (#"[{"op":"add","path":"/l/-","value":{"y":[]}}]"#, #"{"l":[1]}"#, #"{"l":[1,{"y":[]}]}"#),
            (#"[{"op":"remove","path":"/a/b"}]"#, #"{"a":{"b":1,"c":2}}"#, #"{"a":{"c":2}}"#),
            (#"[{"op":"remove","path":"/l/0"}]"#, #"{"l":[1,2]}"#, #"{"l":[2]}"#),
            (#"[{"op":"replace","path":"/l/1","value":9}]"#, #"{"l":[1,2]}"#, #"{"l":[1,9]}"#),
            (#"[{"op":"move","from":"/a/b","path":"/c"}]"#, #"{"a":{"b":[1]}}"#, #"{"a":{},"c":[1]}"#),
            (#"[{"op":"move","from":"/l/0","path":"/l/-"}]"#, #"{"l":[1,2,3]}"#, #"{"l":[2,3,1]}"#),
            (#"[{"op":"copy","from":"/a","path":"/a/c"}]"#, #"{"a":{"b":1}}"#, #"{"a":{"b":1,"c":{"b":1}}}"#),
            (#"[{"op":"test","path":"/a","value":{"y":2,"x":1.0}}]"#, #"{"a":{"x":1,"y":2}}"#, #"{"a":{"x":1,"y":2}}"#),
            (#"[{"op":"replace","path":"","value":{"z":1}}]"#, #"{"a":1}"#, #"{"z":1}"#),
            (#"[{"op":"remove","path":"/x~1y~0z~01"}]"#, #"{"x/y~z~1":1,"k":2}"#, #"{"k":2}"#),
            (#"[{"op":"add","path":"/","value":1}]"#, "{}", #"{"":1}"#),
        ])
    func operations(_ patch: String, _ before: String, _ after: String) throws {
        #expect(try apply(patch, to: before) == parse(after))
    }

    @Test(
        "Kubernetes' leniencies hold",
        arguments: [
            (#"[{"op":"replace","path":"/new","value":1}]"#, "{}", #"{"new":1}"#),
            (#"[{"op":"remove","path":"/l/-1"}]"#, #"{"l":[1,2]}"#, #"{"l":[1]}"#),
            (#"[{"op":"add","path":"/l/-1","value":9}]"#, #"{"l":[1,2]}"#, #"{"l":[1,2,9]}"#),
            (#"[{"op":"test","path":"/gone","value":null}]"#, #"{"l":1}"#, #"{"l":1}"#),
            (#"[{"op":"test","path":"/gone"}]"#, #"{"l":1}"#, #"{"l":1}"#),
        ])
    func leniencies(_ patch: String, _ before: String, _ after: String) throws {
        #expect(try apply(patch, to: before) == parse(after))
    }

    @Test(
        "a patch that does not fit is refused with 422 and Kubernetes' general message",
        arguments: [
            #"[{"op":"remove","path":"/gone"}]"#, #"[{"op":"test","path":"/a","value":2}]"#,
            #"[{"op":"frob","path":"/a"}]"#, #"[{"op":"add","path":"/x/y","value":1}]"#,
            #"[{"op":"add","path":"/a/y","value":1}]"#, #"[{"op":"add","path":"/l/3","value":1}]"#,
            #"[{"op":"add","path":"/l/one","value":1}]"#, #"[{"op":"replace","path":"/l/2","value":1}]"#,
            #"[{"op":"remove","path":"/l/-3"}]"#, #"[{"op":"move","from":"/gone","path":"/b"}]"#,
            #"[{"op":"move","from":"/o","path":"/o/p"}]"#, #"[{"op":"add","value":1}]"#, #"[{"op":"remove","path":""}]"#,
            #"[{"op":"replace","path":"","value":[1]}]"#, #"[{"op":"add","path":"a","value":1}]"#,
            #"[{"op":"copy","path":"/b"}]"#, "[null]",
        ])
    func refused(_ patch: String) throws {
        let error = #expect(throws: PatchError.self) { try apply(patch, to: #"{"a":1,"l":[1,2],"o":{}}"#) }
        #expect(error?.code == 422)
        #expect(error?.reason == "Invalid")
        #expect(error?.message == "the server rejected our request due to an error in our request")
        #expect(error?.details == [:])
    }

    @Test("what is no list of operations is a bad request")
    func undecodable() {
        let patch = #expect(throws: PatchError.self) { try apply("{}", to: "{}") }
        #expect(
            patch?.message
                == "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp")
        #expect(patch?.code == 400)
        let operation = #expect(throws: PatchError.self) { try apply(#"[{"op":"add","path":7}]"#, to: "{}") }
        #expect(
            operation?.message
                == "error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.path of type string"
        )
    }

    @Test("a failing operation leaves nothing half done")
    func atomic() {
        let live = object(#"{"a":1}"#)
        #expect(throws: PatchError.self) {
            try JSONPatch([.add(path: "/b", 1), .test(path: "/a", 2)]).apply(to: live)
        }
        #expect(live == ["a": 1])
    }

    @Test("more than ten thousand operations are too large")
    func tooMany() throws {
        let operation: JSON = ["op": "test", "path": "/a", "value": 1]
        let most = JSON.array(Array(repeating: operation, count: 10_000))
        #expect(try JSONPatch(parsing: most).apply(to: ["a": 1]) == ["a": 1])
        let error = #expect(throws: PatchError.self) {
            try JSONPatch(parsing: .array(Array(repeating: operation, count: 10_001)))
        }
        #expect(error?.code == 413)
        #expect(error?.reason == "RequestEntityTooLarge")
    }

    @Test("copies cannot grow a document without bound")
    func copies() {
        let doubling = Array(repeating: JSONPatch.Operation.copy(from: "", path: "/a/-"), count: 10_000)
        #expect(throws: PatchError.self) { try JSONPatch(doubling).apply(to: ["a": []]) }
    }

    @Test("moves cannot nest a document without bound")
    func nesting() {
        var deep = ""
        for _ in 0..<100 { deep += "/a" }
        var operations: [JSONPatch.Operation] = []
        for _ in 0..<1_000 {
            var nest: JSON = [:]
            for _ in 0..<100 { nest = ["a": nest] }
            operations += [.add(path: "/b", nest), .move(from: "/a", path: "/b" + deep + "/x"), .move(from: "/b", path: "/a")]
        }
        #expect(throws: PatchError.self) { try JSONPatch(operations).apply(to: ["a": [:]]) }
    }

    @Test("an object cannot get more members than it can hold")
    func members() {
        let live = object("{" + (0..<32_760).map { "\"own\($0)\":1" }.joined(separator: ",") + "}")
        let more = JSON.array((0..<20).map { ["op": "add", "path": "/more\($0)", "value": 1] })
        let error = #expect(throws: PatchError.self) { try JSONPatch(parsing: more).apply(to: live) }
        #expect(error?.code == 413)
        let merge = JSONObject((0..<20).map { ("more\($0)", JSON.integer(1)) })
        #expect(throws: PatchError.self) { try MergePatch.apply(.object(merge), to: live) }
    }
}
