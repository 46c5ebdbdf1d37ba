@testable import ClawCluster
import ClawSchemas
import Testing

/// What Go's own parsers say, which Kubernetes passes on.
@Suite("Times and selectors refused in Go's words")
struct GoWordsTests {
    @Test(
        "moments",
        arguments: [
            ("2020-01-01T00:00:00Z", false, nil), ("2020-01-01T00:00:00.123Z", false, nil),
            ("2020-02-29T23:59:59+02:00", false, nil), ("2020-01-01T00:00:00.000001Z", true, nil),
            ("2020-01-01", false, #"parsing time "2020-01-01" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T""#),
            ("2021-02-29T00:00:00Z", false, #"parsing time "2021-02-29T00:00:00Z": day out of range"#),
            ("2021-13-01T00:00:00Z", false, #"parsing time "2021-13-01T00:00:00Z": month out of range"#),
            (
                "2020-01-01T00:00:00.5Z", true,
                #"parsing time "2020-01-01T00:00:00.5Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse ".5Z" as ".000000""#
            ),
            ("2020-01-01T00:00:00Zx", false, #"parsing time "2020-01-01T00:00:00Zx": extra text: "x""#),
        ] as [(String, Bool, String?)])
    func moments(text: String, isMicro: Bool, problem: String?) {
        #expect(GoTime.problem(with: text, isMicro: isMicro) == problem)
    }

    @Test(
        "label selectors",
        arguments: [
            ("a=b,c in (d,e),!f,g notin (),h>1", nil), ("", nil), ("a in (,b)", nil),
            ("=x", "found '=', expected: !, identifier, or 'end of string'"),
            ("a b", "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"),
            ("a,", "found '', expected: identifier after ','"),
            ("a in b", "unable to parse requirement: found 'b' expected: '('"),
            (
                "n>x",
                "unable to parse requirement: values[0]: Invalid value: \"x\": for 'Gt', 'Lt' operators, the value must be an "
                    + "integer"
            ),
        ] as [(String, String?)])
    func labels(text: String, problem: String?) {
        #expect(SelectorProblems.inLabels(text) == problem)
    }

    @Test("field selectors")
    func fields() {
        #expect(
            SelectorProblems.inFields("metadata.name=a,status")
                == "invalid selector: 'metadata.name=a,status'; can't understand 'status'")
    }
}
