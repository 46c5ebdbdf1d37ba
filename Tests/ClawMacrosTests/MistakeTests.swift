#if Macros
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacros
import SwiftSyntaxMacrosGenericTestSupport
import Testing

@testable import ClawMacroPlugin

/// A declaration that the macros refuse, and where.
struct Mistake: Sendable, CustomStringConvertible {
    let source: String
    let message: String
    let line: Int
    let column: Int
    var description: String { message }

    init(_ source: String, _ line: Int, _ column: Int, _ message: String) {
        (self.source, self.message, self.line, self.column) = (source, message, line, column)
    }

    /// What speaks against the macros' saying just that.
    func problems() -> [String] {
        var found: [String] = []
        assertMacroExpansion(
            source, expandedSource: "", diagnostics: [DiagnosticSpec(message: message, line: line, column: column)],
            macroSpecs: ExpansionTests.macros, failureHandler: { found.append($0.message) })
        // The expansion itself is another test's.
        return found.filter { !$0.contains("did not produce the expected expanded source") }
    }
}

@Suite("What the macros refuse")
struct MistakeTests {
    static let constraints = [
        Mistake("@Field(.length(1...2)) var a: Int", 1, 8, "'.length' limits texts, and 'Int' is none."),
        Mistake("@Field(.range(1...2)) var a: String?", 1, 8, "'.range' limits numbers, and 'String?' is none."),
        Mistake("@Field(.set) var a: [String: Int]", 1, 8, "'.set' limits lists, and '[String: Int]' is none."),
        Mistake("@Field(.range(9...1)) var a: Int", 1, 15, "No value lies in '9...1'; swap its ends."),
        Mistake("@Field(.required) var a: Int", 1, 8, "'Int' is required already; take '.required' away."),
        Mistake("@Field(.each(.length(...2))) var a: [Int]", 1, 14, "'.length' limits texts, and 'Int' is none."),
        Mistake("@Field() var a: UInt", 1, 17, "'UInt' has no form in documents; use 'Int'."),
        Mistake(
            "@Field(.atomic, .atomic) var a: [Int]", 1, 17, "'.atomic' stands here twice; write one that says both."),
        Mistake(
            "@Field(.range(0...20)) var a: Int = 50", 1, 37,
            "The default 50 lies outside '0...20'; change one of them."),
        Mistake(
            "@Field(.length(1...3)) var a: String = \"\"", 1, 40,
            "The default \"\" has 0 characters, not '1...3'; change one of them."),
        Mistake(
            "@Field(.pattern(\"^a+$\")) var a: String = \"ab\"", 1, 42,
            "The default \"ab\" does not match \"^a+$\"; change one of them."),
    ]

    @Test("a wrong constraint is an error at its place", arguments: constraints)
    func wrongConstraint(mistake: Mistake) { #expect(mistake.problems() == []) }

    static let patterns = [
        Mistake(
            #"@Field(.pattern("(a")) var a: String"#, 1, 17,
            "This is no regular expression (RE2): missing closing ): `(a`; "
                + #"close the bracket, or write '\(' for the character."#),
        Mistake(
            ##"@Field(.each(.pattern(#"a(?=b)"#))) var a: [String]"##, 1, 23,
            "This is no regular expression (RE2): invalid or unsupported Perl syntax: `(?=`; "
                + "RE2 does not look ahead or back; say it with a second '.rule'."),
        Mistake(
            ##"@Field(.pattern(#"^(a)\1$"#)) var a: String"##, 1, 17,
            #"This is no regular expression (RE2): invalid escape sequence: `\1`; "#
                + "RE2 knows no such escape, and no references back."),
    ]

    @Test("a regular expression that a server would refuse is an error at its literal", arguments: patterns)
    func wrongPattern(mistake: Mistake) { #expect(mistake.problems() == []) }

    static let rules = [
        Mistake(
            #"@Field(.rule("siz(self) > 1")) var a: String"#, 1, 14,
            "This is no rule (CEL), at character 4: undeclared reference to 'siz'; write 'size' if that is meant."),
        Mistake(
            #"@Field(.each(.rule("it > 1"))) var a: [Int]"#, 1, 20,
            "This is no rule (CEL), at character 1: undeclared reference to 'it'; "
                + "a rule knows 'self', 'oldSelf' and the functions of Kubernetes."),
        Mistake(
            #"@Field(.rule("self > '1'")) var a: Int"#, 1, 14,
            "This is no rule (CEL), at character 6: found no matching overload for '_>_' applied to '(int, string)'; "
                + "convert one side, as with 'int(…)', 'double(…)' or 'string(…)'."),
        Mistake(
            #"@Field(.rule("self + 1", "x")) var a: Int"#, 1, 14,
            "A rule is true or false, and this is of type int: compare it with something."),
        Mistake(
            #"@Field(.rule(SchemaRule("self.x"))) var a: [Int]"#, 1, 25,
            "This is no rule (CEL), at character 5: type 'list(int)' does not support field selection."),
        Mistake(
            #"@Field(.rule("'\u{e4}' + self > 1")) var a: String"#, 1, 14,
            "This is no rule (CEL), at character 12: found no matching overload for '_>_' applied to '(string, int)'; "
                + "convert one side, as with 'int(…)', 'double(…)' or 'string(…)'."),
    ]

    @Test("a field's rule that a server would refuse is an error, with the place in it", arguments: rules)
    func wrongRule(mistake: Mistake) { #expect(mistake.problems() == []) }

    static let wholes = [
        Mistake(
            #"@Rule("self.mim <= self.max") struct A { var min: Int; var max: Int }"#, 1, 7,
            "This is no rule (CEL), at character 5: undefined field 'mim'; write 'min' if that is meant."),
        Mistake(
            """
            @Rule("self.parts.all(p, p.kind == 'a')")
            struct A { var parts: [Part]; @Schema struct Part { var name: String } }
            """, 1, 7, "This is no rule (CEL), at character 20: undefined field 'kind'; declare it, or leave it out."),
        Mistake(
            """
            @Rule("self.metadata.labels.size() > 0")
            @CustomResource(group: "e.dev", version: "v1") struct A { var spec: Int }
            """, 1, 7,
            "This is no rule (CEL), at character 14: undefined field 'labels'; declare it, or leave it out."),
        Mistake(
            #"@Rule("self.a > 0", messageExpression: "'a is ' + ") struct A { var a: Int }"#, 1, 40,
            "This is no rule (CEL), at character 11: Syntax error: it ends too soon; "
                + "see https://kubernetes.io/docs/reference/using-api/cel/."),
        Mistake(
            #"@Rule("self.a > 0", messageExpression: "self.a") struct A { var a: Int }"#, 1, 40,
            "A message is a text, and this is of type int: put it in 'string(…)'."),
        Mistake(
            #"@Rule("self.a > 0", takesAbsentOldSelf: true) struct A { var a: Int }"#, 1, 41,
            "The rule does not speak of 'oldSelf'; take 'takesAbsentOldSelf' away."),
        Mistake(
            """
            @Rule(
                \"\"\"
                self.a > 0 &&
                    self.b > 0
                \"\"\", "both")
            struct A { var a: Int }
            """, 2, 5,
            "This is no rule (CEL), at line 2, character 9: undefined field 'b'; declare it, or leave it out."),
    ]

    @Test("an object's rule is held against its fields, those of types within it too", arguments: wholes)
    func wrongWhole(mistake: Mistake) { #expect(mistake.problems() == []) }

    @Test("what is not seen may be anything", arguments: [
        #"@Rule("self.a.b.c > 'x'") struct A { var a: Elsewhere }"#,
        #"@Rule("self.b > 'x'") struct A { @Field(name: names.b) var a: Int }"#,
        """
        @Rule("oldSelf.orValue(self).when > timestamp('2026-01-01T00:00:00Z')", takesAbsentOldSelf: true)
        struct A { var when: Timestamp? }
        """,
        """
        @Rule("self.kind in ['a', 'b'] && self.__dash__x == '' || has(self.of)")
        struct A {
            var kind: Kind
            @Field(name: "-x") var x: String
            var of: Of?
            enum Kind: String, SchemaEnum { case a }
        }
        """,
        #"@Rule("self.limit > duration('1s')") struct A { @Field(.format("duration")) var limit: String }"#,
        #"@Rule("\(text)") struct A { var a: Int }"#,
    ])
    func unseen(source: String) {
        var found: [String] = []
        assertMacroExpansion(
            source, expandedSource: "", macroSpecs: ["Rule": MacroSpec(type: RuleMacro.self)],
            failureHandler: { found.append($0.message) })
        #expect(found.filter { $0.contains("iagnostic") } == [])
    }

    static let declarations = [
        Mistake("@Schema class A {}", 1, 1, "'@Schema' stands at a struct: the document is its value."),
        Mistake(
            "@Schema enum A { case a }", 1, 14,
            "The cases of an enum in a schema are texts: write 'enum A: String, SchemaEnum'."),
        Mistake("@Schema struct A { let a: Int }", 1, 20, "A field is read from the document each time: write 'var'."),
        Mistake(
            "@Schema struct A { var a = 1 }", 1, 20,
            "A field's schema comes from its type: write it, as in 'var replicas: Int = 1'."),
        Mistake(
            "@CustomResource(group: \"example\", version: \"v1\") struct A { var spec: Int }", 1, 24,
            "A group is a domain in lower case with at least one dot: \"example.dev\"."),
        Mistake(
            "@CustomResource(group: \"e.dev\", version: \"1\") struct A { var spec: Int }", 1, 42,
            "A version is written like \"v1\", \"v1beta2\" or \"v2alpha1\"."),
        Mistake(
            "@CustomResource(group: \"e.dev\", version: \"v1\") struct A { var status: Int? }", 1, 55,
            "A kind has a variable 'spec': what its users ask for."),
    ]

    @Test("a wrong declaration is an error at its place", arguments: declarations)
    func wrongDeclaration(mistake: Mistake) { #expect(mistake.problems() == []) }
}
#endif
