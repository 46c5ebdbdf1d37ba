import ClawBase
import ClawPlatform
import Testing

@Suite("A name by RFC 1123")
struct DNSLabelTests {
    @Test(
        "is taken as it is", arguments: ["a", "0", "ada", "a-b", "a--b", "9lives", String(repeating: "x", count: 63)])
    func valid(text: String) throws {
        #expect(try DNSLabel(text).description == text)
    }

    @Test(
        "is refused with field and rule",
        arguments: [
            ("", "must not be empty"), ("Ada", "'ada' would do"), ("a_b", "'a-b' would do"), ("-a", "start and end"),
            ("a-", "start and end"), ("a.b", "only lower-case"), ("ä", "only lower-case"), ("a b", "'a-b' would do"),
            (String(repeating: "x", count: 64), "at most 63"), ("a\u{0}b", "only lower-case"),
            ("../etc", "'etc' would do"),
        ])
    func invalid(text: String, hint: String) throws {
        let finding = try #require(throws: Finding.self) { try DNSLabel(text, field: "spec.user") }
        #expect(finding.code == .badName)
        #expect(finding.field == "spec.user")
        #expect(finding.message.contains(hint))
    }
}
