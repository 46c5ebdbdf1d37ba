import ClawDocuments
import Testing

@Suite("writing JSON")
struct JSONWriterTests {
    @Test("what is written reads back as the same value", arguments: [1, 2, 3, 4] as [UInt64])
    func roundTrip(seed: UInt64) throws {
        var trees = RandomTrees(random: SeededGenerator(seed: seed))
        for _ in 0..<200 {
            let tree = trees.tree()
            for format in [JSONWriter.Format.compact, .pretty, .canonical] {
                #expect(try JSONParser.parse(tree.bytes(format)) == tree, "seed \(seed)")
            }
            #expect(try JSONParser.parse(tree.bytes()).bytes() == tree.bytes())
        }
    }

    @Test(
        "equal values write equal canonical bytes and hash alike, whatever their members' order",
        arguments: [5, 6] as [UInt64])
    func canonical(seed: UInt64) {
        var trees = RandomTrees(random: SeededGenerator(seed: seed))
        for _ in 0..<200 {
            guard case .object(let object) = trees.tree() else { continue }
            let reversed = JSONObject(Array(object).reversed().map { ($0.name, $0.value) })
            #expect(reversed == object)
            #expect(reversed.hashValue == object.hashValue)
            #expect(JSON.object(reversed).bytes(.canonical) == JSON.object(object).bytes(.canonical))
        }
    }

    @Test("people get an indented text")
    func pretty() {
        #expect(write(["a": [1, [:]], "b": []], .pretty) == "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}")
    }

    @Test("control characters, quotes and backslashes are escaped; all else stays")
    func escapes() {
        #expect(
            write("\u{0}\u{1F}\"\\\n\t\r/ä🦀\u{7F}\u{2028}") == "\"\\u0000\\u001f\\\"\\\\\\n\\t\\r/ä🦀\u{7F}\u{2028}\"")
    }

    @Test("JSON knows no infinity")
    func infinity() {
        #expect(write(.array([.double(.infinity), .double(.nan), .double(-.infinity)])) == "[null,null,null]")
    }
}
