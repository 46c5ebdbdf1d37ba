import ClawBase
import ClawDocuments
import ClawKubernetes
import Testing

@Suite("Manifests")
struct ManifestTests {
    private func parse(_ text: String) throws -> [JSON] { try Manifest.parse(text, source: "m.yaml") }

    private func value(_ text: String) throws -> JSON? { try parse("k: \(text)\n").first?["k"] }

    private func place(_ text: String) -> String? {
        do {
            _ = try parse(text)
            return nil
        } catch {
            return (error as? Finding)?.field
        }
    }

    @Test("several documents, comments, empty documents")
    func documents() throws {
        let text = """
            # first
            a: 1
            ---
            # only a comment
            ---
            b: [x, "y"]   # behind
            ...
            ---

            ---
            c:
            """
        #expect(try parse(text) == [["a": 1], ["b": ["x", "y"]], ["c": nil]])
        #expect(try parse("").isEmpty)
        #expect(try parse("# nothing\n---\n").isEmpty)
    }

    @Test("JSON is read as JSON, blanks before it or not")
    func json() throws {
        #expect(
            try parse(" \n{\"a\": \"\\ud83d\\ude00\\/\", \"yes\": true, \"n\": 1.50}") == [
                ["a": "😀/", "yes": true, "n": 1.5]
            ])
        #expect(try parse("{a: b}") == [["a": "b"]])
        #expect(try parse("{\"a\": 1}\n---\n{\"a\": 2}") == [["a": 1], ["a": 2]])
    }

    @Test("a real manifest")
    func realistic() throws {
        let text = """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: web
              labels: {app: web, version: "1.10"}
            spec:
              replicas: 3
              template:
                spec:
                  containers:
                  - name: web
                    image: nginx:1.27
                    args: ["--mode", 0644]
                    command:
                    - sh
                    - -c
                    - |
                      echo "on: yes"
                        # kept
                    env:
                    - {name: TZ, value: 'no'}
                    - name: LONG
                      value: >-
                        one
                        line
            """
        let document = try #require(try parse(text).first)
        #expect(document["metadata"]?["labels"]?["version"] == "1.10")
        let container = document.value(at: "spec.template.spec.containers.0".split(separator: "."))
        #expect(container?["image"] == "nginx:1.27")
        #expect(container?["args"] == ["--mode", 420])
        #expect(container?["command"]?[2] == "echo \"on: yes\"\n  # kept\n")
        #expect(container?["env"]?[0]?["value"] == "no")
        #expect(container?["env"]?[1]?["value"] == "one line")
        #expect(document.object?.names == ["apiVersion", "kind", "metadata", "spec"])
    }

    @Test("what is quoted, or written as a block, stays a text")
    func quoted() throws {
        for text in ["'1'", "\"1\"", "'yes'", "\"~\"", "|-\n  1", ">-\n  1", "!!str 1", "! 1", "!local 1"] {
            #expect(try value(text)?.string != nil, "\(text)")
        }
    }

    @Test("keys become texts, as kubectl has them")
    func keys() throws {
        #expect(
            try parse("{1: a, 0x10: b, on: c, 1.50: d, 'x y': e, 2001-01-01: f, '': g}") == [
                ["1": "a", "16": "b", "true": "c", "1.5": "d", "x y": "e", "2001-01-01": "f", "": "g"]
            ])
        #expect(try parse("yes: 1\noff: 2\n") == [["true": 1, "false": 2]])
        #expect(try parse("'yes': 1\n\"010\": 2\n") == [["yes": 1, "010": 2]])
        #expect(place("a: 1\n~: 2\n") == "m.yaml:2")
        #expect(place("a: 1\n? [b]\n: 2\n") == "m.yaml:2")
    }

    @Test(
        "a key that stands twice is told with its line",
        arguments: ["a: 1\nb: 2\na: 3\n", "on: 1\ntrue: 2\n", "1: a\n0x1: b\n"])
    func duplicates(text: String) {
        let finding = #expect(throws: Finding.self) { try parse(text) }
        #expect(finding?.message.contains("twice") == true)
        #expect(finding?.field?.hasPrefix("m.yaml:") == true)
    }

    @Test(
        "mistakes are told with their line",
        arguments: [
            ("a: 1\nb: [1, 2\nc: 3\n", 3), ("a: 1\n  b: 2\n", 2), ("a:\n\t- b\n", 2), ("a: 1\n---\nb: 'x\n", 4),
            ("a: 1\n---\nb: *none\n", 3), ("a: !!int x\n", 1), ("a:\n- .inf\n", 2), ("a: \"\\q\"\n", 1),
            ("a: b: c\n", 1),
            ("a: 1\nb: \u{1}\n", 2), ("a: @x\n", 1), ("a: &a [*a]\n", 1),
        ])
    func lines(text: String, line: Int) { #expect(place(text) == "m.yaml:\(line)") }

    @Test("nesting has a limit")
    func depth() throws {
        #expect(try parse(String(repeating: "[", count: 100) + String(repeating: "]", count: 100)).count == 1)
        for count in [129, 900, 5000] {
            let text = "a: " + String(repeating: "[", count: count) + String(repeating: "]", count: count)
            #expect(place(text)?.hasPrefix("m.yaml") == true)
        }
        let blocks = (0..<300).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
        #expect(place(blocks)?.hasPrefix("m.yaml") == true)
    }

    @Test("a mapping has a limit, and comes near it in good time")
    func wide() throws {
        let text = (0..<30_000).map { "key\($0): \($0)\n" }.joined()
        #expect(try parse(text).first?["key29999"] == 29_999)
        #expect(place((0..<40_000).map { "key\($0): 1\n" }.joined())?.hasPrefix("m.yaml") == true)
    }
}
