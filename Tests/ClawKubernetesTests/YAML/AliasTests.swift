import ClawBase
import ClawDocuments
import ClawKubernetes
import Testing

@Suite("Anchors, aliases and merge keys")
struct AliasTests {
    private func parse(_ text: String) throws -> JSON? { try Manifest.parse(text, source: "m.yaml").first }

    @Test("an alias stands for what its anchor named, the last of that name")
    func aliases() throws {
        #expect(try parse("a: &x {b: 1}\nc: *x\n") == ["a": ["b": 1], "c": ["b": 1]])
        #expect(
            try parse("a: &x 1\nb: *x\nc: &x yes\nd: [*x, *x]\n") == ["a": 1, "b": 1, "c": true, "d": [true, true]])
        #expect(try parse("- &s \"1\"\n- *s\n") == ["1", "1"])
    }

    @Test("merge keys fill in what is missing, the first of several first, wherever they stand")
    func merges() throws {
        #expect(try parse("b: &b {p: 1, q: 2}\nc: {<<: *b, q: 3}\n")?["c"] == ["q": 3, "p": 1])
        #expect(try parse("b: &b {q: 2}\nc:\n  q: 3\n  <<: *b\n")?["c"] == ["q": 3])
        #expect(try parse("a: &a {p: 1}\nb: &b {p: 2, r: 3}\nc: {<<: [*a, *b]}\n")?["c"] == ["p": 1, "r": 3])
        #expect(try parse("{<<: {<<: {p: 1}, q: 2}, r: 3}") == ["r": 3, "q": 2, "p": 1])
        #expect(try parse("{'<<': {x: 1}}") == ["<<": ["x": 1]])
        #expect(try parse("{<<: {}}") == [:])
    }

    @Test("a merge key takes mappings only", arguments: ["3", "[3]", "~", "x", "[[{a: 1}]]"])
    func wrongMerges(text: String) {
        #expect { try parse("a: 1\nb:\n  <<: \(text)\n") } throws: { ($0 as? Finding)?.field == "m.yaml:3" }
    }

    @Test("aliases of aliases of aliases do not fill the memory")
    func laughs() {
        for leaf in ["[lol,lol,lol,lol,lol,lol,lol,lol,lol]", "{a: 1, b: 2}", String(repeating: "x", count: 1000)] {
            var text = "a0: &a0 \(leaf)\n"
            for level in 1...12 {
                let aliases = (0..<9).map { _ in "*a\(level - 1)" }.joined(separator: ",")
                text += "a\(level): &a\(level) [\(aliases)]\n"
            }
            #expect { try parse(text) } throws: { ($0 as? Finding)?.message.contains("alias") == true }
        }
        var merges = "a0: &a0 {k: v}\n"
        for level in 1...40 { merges += "a\(level): &a\(level) {<<: [*a\(level - 1), *a\(level - 1)]}\n" }
        #expect { try parse(merges) } throws: { ($0 as? Finding)?.message.contains("alias") == true }
    }

    @Test(
        "nor does a key that is made of them hold up the parser",
        arguments: [
            "? *z\n: 1\n", "*z : 1\n", "[*z]: 1\n", "{? *z : 1}\n", "{a: *z}: 1\n", "k: {?[*z]: 1}\n", "- [ *z : 1 ]\n",
        ])
    func laughingKeys(key: String) {
        var text = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n"
        for level in 1...30 {
            let aliases = (0..<9).map { _ in "*a\(level - 1)" }.joined(separator: ",")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        text += "z: &z *a30\n".replacing("*a30", with: "[*a30]") + key
        #expect(throws: Finding.self) { try parse(text) }
    }

    @Test("texts that only look as if they had aliases are read")
    func lookalikes() throws {
        let text = """
            script: |
              cat a & wait
              case "$1" in *foo) echo "what ? no" ;; esac
              x=${a[1]}: *b
            cron: "*/5 * * * *"
            glob: 'a ? *.txt'
            {{ template }}: no
            """
        #expect(try parse(text.replacing("{{ template }}", with: "key"))?["cron"] == "*/5 * * * *")
        #expect(try parse("a: &x 1\nb: *x\nc: \"[1]\"\nd: [1]\ne: what? no\n")?["b"] == 1)
    }
}
