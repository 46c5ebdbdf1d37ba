import ClawDocuments
import Foundation
import Testing

@Suite("Parsed documents as packed bytes")
struct PackedDocumentTests {
    private func parse(_ text: String, _ managedFields: JSONParser.ManagedFields = .lazy) throws -> JSON {
        try JSONParser.parse(Array(text.utf8), managedFields: managedFields)
    }

    @Test("strings of every length come back, with an escape at any place in them")
    func stringLengths() throws {
        for length in 0..<300 {
            let plain = String(repeating: "x", count: length)
            #expect(try parse("{\"a\":{\"name\":\"\(plain)\"}}")["a"]?["name"]?.string == plain)
        }
        for place in 0..<40 {
            let before = String(repeating: "b", count: place)
            for (escape, meaning) in [("\\n", "\n"), ("\\u00e4", "ä"), ("\\ud83d\\ude00", "😀"), ("ß", "ß"), ("\\\"", "\"")] {
                let value = try parse("{\"a\":{\"x\":\"\(before)\(escape)after\"}}")
                #expect(value["a"]?["x"]?.string == before + meaning + "after")
            }
        }
    }

    @Test(
        "of a name that stands twice the last value counts, wherever and among however many it stands",
        arguments: ["name", "custom", "", "a.b/c"], [0, 1, 5, 63, 64, 65, 200])
    func repeatedNames(_ name: String, _ others: Int) throws {
        let between = (0..<others).map { ",\"other\($0)\":{\"name\":\($0)}" }.joined()
        let value = try parse("{\"o\":{\"first\":0,\"\(name)\":[1,{\"deep\":\"value\"}]\(between),\"\(name)\":2,\"last\":3}}")
        let object = try #require(value["o"]?.object)
        #expect(object.count == others + 3)
        #expect(object[name] == 2)
        #expect(object["first"] == 0)
        #expect(object["last"] == 3)
        #expect(object.names.count == Set(object.names).count)
        if others > 0 { #expect(object["other0"]?["name"] == 0) }
    }

    @Test("an inner object's names do not hide that an outer name repeats")
    func repeatedAroundInner() throws {
        let value = try parse("{\"o\":{\"name\":1,\"x\":{\"name\":2,\"name\":3},\"name\":4}}")
        #expect(value["o"] == ["x": ["name": 3], "name": 4])
    }

    @Test("managed fields are kept without being read, dropped, or parsed, as asked")
    func managedFields() throws {
        let fields = #"[{"manager":"a","fieldsV1":{"f:spec":{"k:{\"name\":\"x\"}":{}}}}]"#
        let text = #"{"metadata":{"name":"x","managedFields":\#(fields),"uid":"u"},"managedFields":1}"#
        let lazy = try parse(text)
        #expect(lazy["metadata"]?["managedFields"]?[0]?["manager"] == "a")
        #expect(lazy.description == text)
        let dropped = try parse(text, .dropped)
        #expect(dropped["metadata"] == ["name": "x", "uid": "u"])
        #expect(dropped["managedFields"] == 1)
        #expect(try parse(text, .parsed) == lazy)
        #expect(throws: JSONError.self) { try parse(#"{"metadata":{"managedFields":[{]}}"#) }
        #expect(try parse(#"{"metadata":{"managedFields":[]}}"#, .dropped)["metadata"] == [:])
    }

    @Test("changing one object of a document leaves every other view of it as it was")
    func changesStayLocal() throws {
        let original = try parse(#"{"spec":{"a":{"b":[{"c":1},{"d":2}]},"e":"f"}}"#)
        var changed = try #require(original["spec"]?.object)
        changed["e"] = "g"
        changed.modify("a") { $0?["new"] = 1 }
        #expect(original.description == #"{"spec":{"a":{"b":[{"c":1},{"d":2}]},"e":"f"}}"#)
        #expect(JSON.object(changed).description == #"{"a":{"b":[{"c":1},{"d":2}],"new":1},"e":"g"}"#)
        changed["new"] = nil
        changed["e"] = nil
        #expect(changed.names == ["a"])
    }

    @Test("a text cut off anywhere is an error, never a crash and never a value")
    func truncated() throws {
        let text = Array(#"{"kind":"List","items":[{"metadata":{"name":"ä\n","labels":{"x/y":"z"}},"n":-1.5e3,"t":[true,null]}]}"#.utf8)
        _ = try JSONParser.parse(text)
        for length in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONParser.parse(Array(text[..<length])) }
        }
    }

    @Test("whatever bytes come, parsing ends with a value that writes and reads back the same, or with an error")
    func randomDamage() throws {
        let seeds = [
            #"{"kind":"PodList","items":[{"metadata":{"name":"a","managedFields":[{"f:x":{}}]},"spec":{"containers":[{"ports":[{"containerPort":80}]}]}}]}"#,
            #"[1,-2,3.5,"\u00e4\ud83d\ude00",[],{},[[[{"a":{"b":{}}}]]],true,false,null]"#,
        ]
        var generator = SeededGenerator(seed: 7)
        for round in 0..<20_000 {
            var bytes = Array(seeds[round % 2].utf8)
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: index)
                default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: index)
                }
            }
            for mode in [JSONParser.ManagedFields.lazy, .dropped, .parsed] {
                guard let value = try? JSONParser.parse(bytes, managedFields: mode) else { continue }
                #expect(try JSONParser.parse(value.bytes(), managedFields: .parsed) == value)
            }
        }
    }

    @Test("what Foundation takes for JSON is read as the same value")
    func sameAsFoundation() throws {
        let texts = [
            #"{"a":1,"b":[1.25,-0.5,1e10,12345678901234567890,"x"],"c":{"d":null,"e":true}}"#, #"{"":{"":[""]}}"#,
            #"{"u":"\u0041\u00df\u6771\ud834\udd1e","s":"\/\b\f\n\r\t\"\\"}"#,
        ]
        for text in texts {
            let mine = try parse(text)
            let theirs = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? NSDictionary
            let mineAgain = try JSONSerialization.jsonObject(with: Data(mine.bytes())) as? NSDictionary
            #expect(theirs == mineAgain)
        }
    }

    @Test("an object with more members than can be numbered is refused")
    func tooManyMembers() throws {
        let members = (0..<40_000).map { "\"m\($0)\":0" }.joined(separator: ",")
        #expect(throws: JSONError.self) { try parse("{\"o\":{\(members)}}") }
        let many = (0..<30_000).map { "\"m\($0)\":\($0)" }.joined(separator: ",")
        let value = try parse("{\"o\":{\(many)}}")
        #expect(value["o"]?["m29999"] == 29999)
    }
}

@Suite("Items of a parsed list")
struct ListItemTests {
    @Test("say the version and kind that servers leave out, and keep those they bring")
    func kinds() throws {
        let list = try parse(
            #"{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"a"}},{"kind":"Pod","apiVersion":"v1","metadata":{}},{}]}"#)
        #expect(list["items"]?[0] == ["metadata": ["name": "a"], "apiVersion": "v1", "kind": "Pod"])
        #expect(list["items"]?[1] == ["kind": "Pod", "apiVersion": "v1", "metadata": [:]])
        #expect(list["items"]?[2] == [:])
    }

    @Test("of a list that does not say what they are stay as they came", arguments: ["List", "Pods", "PodList\u{e9}"])
    func untyped(_ kind: String) throws {
        let list = try parse(#"{"kind":"\#(kind)","apiVersion":"v1","items":[{"a":1}]}"#)
        #expect(list["items"]?[0] == ["a": 1])
    }
}
