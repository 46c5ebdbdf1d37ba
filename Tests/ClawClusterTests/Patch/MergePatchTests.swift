import ClawCluster
import ClawDocuments
import Testing

@Suite("JSON Merge Patch")
struct MergePatchTests {
    @Test(
        "objects merge, null removes, the rest replaces (RFC 7386)",
        arguments: [
            (#"{"a":"c"}"#, #"{"a":"b"}"#, #"{"a":"c"}"#),
            (#"{"b":"c"}"#, #"{"a":"b"}"#, #"{"a":"b","b":"c"}"#),
            (#"{"a":null}"#, #"{"a":"b","c":1}"#, #"{"c":1}"#),
            (#"{"a":["x"]}"#, #"{"a":[1,2]}"#, #"{"a":["x"]}"#),
            (#"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"c"}}"#, #"{"a":{"b":"d"}}"#),
            (#"{"a":{"b":{"c":null}}}"#, "{}", #"{"a":{"b":{}}}"#),
            (#"{"a":{"x":null,"y":1}}"#, #"{"a":[1]}"#, #"{"a":{"y":1}}"#),
            (#"{"a":[1,null]}"#, "{}", #"{"a":[1,null]}"#),
            (#"{"gone":null}"#, #"{"a":1}"#, #"{"a":1}"#),
            ("{}", #"{"a":{"b":1}}"#, #"{"a":{"b":1}}"#),
        ])
    func merges(_ patch: String, _ before: String, _ after: String) throws {
        let result = try Patch.apply(.merge, parse(patch), to: object(before), schema: nil, types: testTypes)
        #expect(JSON.object(result) == parse(after))
    }

    @Test("what is no object is a bad request")
    func notAnObject() {
        let list = #expect(throws: PatchError.self) { try MergePatch.apply([1], to: [:]) }
        #expect(
            list?.message
                == "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}")
        #expect(list?.status["code"] == 400)
        let null = #expect(throws: PatchError.self) { try MergePatch.apply(.null, to: [:]) }
        #expect(null?.message == "Invalid JSON Patch")
    }

    @Test("large objects merge as small ones do")
    func large() throws {
        let live = JSONObject((0..<2_000).map { ("k\($0)", JSON.integer(Int64($0))) })
        var patch: JSONObject = [:]
        for number in stride(from: 0, to: 2_000, by: 2) { patch["k\(number)"] = .null }
        for number in 2_000..<2_100 { patch["k\(number)"] = "new" }
        let result = try MergePatch.apply(.object(patch), to: live)
        #expect(result.count == 1_100)
        #expect(result["k0"] == nil)
        #expect(result["k1"] == 1)
        #expect(result["k2099"] == "new")
    }

    @Test("the media types are known, with parameters and in any case")
    func mediaTypes() {
        #expect(PatchType(mediaType: "application/merge-patch+json; charset=utf-8") == .merge)
        #expect(PatchType(mediaType: "Application/JSON-Patch+json") == .json)
        #expect(PatchType(mediaType: "application/json") == nil)
    }
}
