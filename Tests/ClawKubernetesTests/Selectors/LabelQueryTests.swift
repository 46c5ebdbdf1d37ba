import ClawBase
import ClawKubernetes
import Testing

@Suite("Label selectors")
struct LabelQueryTests {
    @Test(
        "the grammar",
        arguments: [
            ("app=web", [.isIn("app", ["web"])]), ("app==web", [.isIn("app", ["web"])]),
            ("app = web , tier != db", [.isIn("app", ["web"]), .isNotIn("tier", ["db"])]),
            ("app in (a, b),tier notin (c)", [.isIn("app", ["a", "b"]), .isNotIn("tier", ["c"])]),
            ("app in(a,b)", [.isIn("app", ["a", "b"])]), ("app", [.exists("app")]), ("!app", [.doesNotExist("app")]),
            ("! app,\tb", [.doesNotExist("app"), .exists("b")]), ("app=", [.isIn("app", [""])]),
            ("app=,b", [.isIn("app", [""]), .exists("b")]), ("app!=", [.isNotIn("app", [""])]),
            ("a in ()", [.isIn("a", [""])]), ("a notin ( )", [.isNotIn("a", [""])]),
            ("a in (b,)", [.isIn("a", ["b", ""])]), ("a in (,b,,)", [.isIn("a", ["b", ""])]),
            ("in in (in,notin)", [.isIn("in", ["in", "notin"])]), ("notin", [.exists("notin")]),
            ("in=in", [.isIn("in", ["in"])]),
            ("weight>5,weight < 10", [.isGreater("weight", than: 5), .isLess("weight", than: 10)]),
            ("example.com/app_Name.x-1=Web_1.x", [.isIn("example.com/app_Name.x-1", ["Web_1.x"])]), ("", []),
            ("  ", []),
        ] as [(String, [LabelQuery.Requirement])])
    func grammar(text: String, requirements: [LabelQuery.Requirement]) throws {
        #expect(try LabelQuery(parsing: text).requirements == requirements)
    }

    @Test(
        "what is no selector is refused, naming it",
        arguments: [
            ",", "a,", ",a", "a,,b", "=a", "!", "!!a", "!a=b", "a=b=c", "a=b c", "a b", "a in",
            "a in (b", "a in b", "a in (b c)", "a in (b))", "a)", "(a)", "a=(b)", "a>b", "a>", "a<1.5", "a=!b", "-a",
            "a-",
            "a/b/c", "/a", "a/", "A_B/c", "a=-b", "a=b/c", "a=ä", "a in (b),", "a~b",
            "\(String(repeating: "k", count: 64))", "a=\(String(repeating: "v", count: 64))",
        ])
    func refused(text: String) {
        #expect {
            try LabelQuery(parsing: text)
        } throws: { error in
            (error as? Finding)?.code == .badRequest && (error as? Finding)?.message.contains("'\(text)'") == true
        }
    }

    @Test("an absent label satisfies only what says not")
    func absent() throws {
        let labels = ["app": "web"]
        #expect(try LabelQuery(parsing: "x!=y,x notin (y),!x").matches(labels))
        for text in ["x", "x=y", "x=", "x in (y,)", "x>0", "x<0"] {
            #expect(try !LabelQuery(parsing: text).matches(labels))
        }
        #expect(LabelQuery.everything.matches([:]))
    }

    @Test("comparisons are of whole numbers; a label that is none does not match")
    func comparisons() throws {
        let query = try LabelQuery(parsing: "n>9")
        #expect(query.matches(["n": "10"]))
        #expect(!query.matches(["n": "9"]))
        #expect(!query.matches(["n": "ten"]))
        #expect(try LabelQuery(parsing: "n<9").matches(["n": "-9"]))
    }

    /// The same selector, written down and worked out in the plainest way.
    private struct Wanted {
        var text: String
        var matches: ([String: String]) -> Bool

        static func random(using random: inout some RandomNumberGenerator) -> Wanted {
            let key = keys.randomElement(using: &random) ?? ""
            let values = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                Self.values.randomElement(using: &random) ?? ""
            }
            func blank() -> String { Bool.random(using: &random) ? " " : "" }
            // A list of nothing but blanks is refused; a comma makes it one of empty values.
            let list = values.map { blank() + $0 + blank() }.joined(separator: ",") + (values == [""] ? "," : "")
            let value = values[0]
            switch Int.random(in: 0..<7, using: &random) {
            case 0: return Wanted(text: blank() + key + blank()) { $0.keys.contains(key) }
            case 1: return Wanted(text: blank() + "!" + blank() + key) { !$0.keys.contains(key) }
            case 2: return Wanted(text: key + blank() + "=" + blank() + value) { $0[key] == value }
            case 3: return Wanted(text: key + blank() + "==" + blank() + value) { $0[key] == value }
            case 4: return Wanted(text: key + blank() + "!=" + blank() + value) { $0[key] != value }
            case 5:
                return Wanted(text: key + " in" + blank() + "(" + list + ")") { labels in
                    values.contains { labels[key] == $0 }
                }
            default:
                return Wanted(text: key + " notin (" + list + ")" + blank()) { labels in
                    values.allSatisfy { labels[key] != $0 }
                }
            }
        }

        static let keys = ["a", "b", "x.io/c", "in"]
        static let values = ["", "1", "v", "notin"]
    }

    @Test("random selectors match what they say")
    func property() throws {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<3000 {
            let wanted = (0..<Int.random(in: 1...3, using: &random)).map { _ in Wanted.random(using: &random) }
            let text = wanted.map(\.text).joined(separator: ",")
            let query = try LabelQuery(parsing: text)
            for _ in 0..<5 {
                var labels: [String: String] = [:]
                for key in Wanted.keys where Bool.random(using: &random) {
                    labels[key] = Wanted.values.randomElement(using: &random)
                }
                #expect(query.matches(labels) == wanted.allSatisfy { $0.matches(labels) }, "\(text) on \(labels)")
            }
        }
    }

    @Test("random texts are read or refused, never more")
    func noise() {
        var random = SystemRandomNumberGenerator()
        let alphabet = Array("ab1-/.=!<>(), \tin\u{E9}")
        for _ in 0..<5000 {
            let text = String(
                (0..<Int.random(in: 0...12, using: &random)).compactMap { _ in alphabet.randomElement(using: &random) })
            do { _ = try LabelQuery(parsing: text) } catch { #expect(error is Finding) }
        }
    }
}
