@testable import ClawCluster
import ClawDocuments
import Testing

@Suite("Paths of printer columns")
struct JSONPathTests {
    private static let document = """
        {"spec": {"a.b": 1, "list": [{"type": "Ready", "n": 1}, {"type": "Live", "n": 2}, {"type": "Ready", "n": 3}],
        "deep": {"n": 4}}, "labels": {"app.io/name": "x"}}
        """

    @Test(
        "members, elements, slices, filters, wildcards, descendants",
        arguments: [
            (".spec['a.b']", "[1]"), (".spec.a\\.b", "[1]"), (".labels[\"app.io/name\"]", "[\"x\"]"),
            (".spec.list[0].n", "[1]"), (".spec.list[-1].n", "[3]"), (".spec.list[0:2].n", "[1,2]"),
            (".spec.list[*].n", "[1,2,3]"), (".spec.list[?(@.type==\"Ready\")].n", "[1,3]"),
            (".spec.list[?(@.n>=2)].type", "[\"Live\",\"Ready\"]"), (".spec.list[?(@.type!='Ready')].n", "[2]"),
            ("..n", "[1,2,3,4]"), (".spec.absent.n", "[]"), (".spec.list[9].n", "[]"), ("{.spec.deep.n}", "[4]"),
        ])
    func values(path: String, expected: String) throws {
        let document = try JSONParser.parse(Array(Self.document.utf8))
        let path = try #require(JSONPath(path))
        #expect(JSON.array(path.values(in: document)).description == expected)
    }

    @Test("what is no path is told", arguments: [".spec[", ".a[?(b)]", ".a[x]", ".spec..[0"])
    func malformed(path: String) {
        #expect(JSONPath(path) == nil)
    }
}
