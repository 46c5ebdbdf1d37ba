#if Macros
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacros
import SwiftSyntaxMacrosGenericTestSupport
import Testing

@testable import ClawMacroPlugin

@Suite("What the macros write")
struct ExpansionTests {
    private static let macros: [String: MacroSpec] = [
        "CustomResource": MacroSpec(type: CustomResourceMacro.self), "Schema": MacroSpec(type: SchemaMacro.self),
        "Field": MacroSpec(type: FieldMacro.self), "Rule": MacroSpec(type: RuleMacro.self),
    ]

    private func check(_ source: String, gives expanded: String, _ diagnostics: [DiagnosticSpec] = []) {
        assertMacroExpansion(
            source, expandedSource: expanded, diagnostics: diagnostics, macroSpecs: Self.macros,
            failureHandler: { Issue.record("\($0.message)") })
    }

    @Test("a schema becomes the hand-written form")
    func schema() {
        check(
            """
            /// How many run.
            @Schema
            public struct Limits {
                /// The number,
                /// "at most".
                @Field(.range(0...9)) var most: Int = 1
                @Field(name: "class") var kind: String?
            }
            """,
            gives: """
                /// How many run.
                public struct Limits {
                    /// The number,
                    /// "at most".
                    var most: Int {
                        get {
                            self["most", default: 1]
                        }
                        set {
                            self["most"] = newValue
                        }
                    }
                    var kind: String? {
                        get {
                            self["class"]
                        }
                        set {
                            self["class"] = newValue
                        }
                    }

                    public var document: JSONObject

                    public init(document: JSONObject) {
                        self.document = document
                    }

                    public init(most: Int = 1, kind: String? = nil) {
                        document = JSONObject()
                        self.most = most
                        self.kind = kind
                    }

                    public static let properties: [Property] = [
                        Property("most", Int.self, #"The number, "at most"."#, default: 1, .range(0 ... 9)),
                        Property("class", String?.self),
                    ]

                    public static let summary = "How many run."
                }

                extension Limits: SchemaView {
                }
                """)
    }

    struct Mistake: Sendable, CustomStringConvertible {
        let source: String
        let message: String
        let line: Int
        let column: Int
        var description: String { message }

        init(_ source: String, _ line: Int, _ column: Int, _ message: String) {
            (self.source, self.message, self.line, self.column) = (source, message, line, column)
        }
    }

    static let mistakes = [
        Mistake("@Field(.length(1...2)) var a: Int", 1, 8, "'.length' limits texts, and 'Int' is none."),
        Mistake("@Field(.range(1...2)) var a: String?", 1, 8, "'.range' limits numbers, and 'String?' is none."),
        Mistake("@Field(.set) var a: [String: Int]", 1, 8, "'.set' limits lists, and '[String: Int]' is none."),
        Mistake("@Field(.range(9...1)) var a: Int", 1, 15, "No value lies in '9...1'; swap its ends."),
        Mistake("@Field(.required) var a: Int", 1, 8, "'Int' is required already; take '.required' away."),
        Mistake("@Field(.each(.length(...2))) var a: [Int]", 1, 14, "'.length' limits texts, and 'Int' is none."),
        Mistake(
            "@Field(.pattern(\"(a\")) var a: String", 1, 17,
            "The regular expression '(a' lacks a closing bracket or has one too many."),
        Mistake("@Field() var a: UInt", 1, 17, "'UInt' has no form in documents; use 'Int'."),
        Mistake(
            "@Field(.atomic, .atomic) var a: [Int]", 1, 17, "'.atomic' stands here twice; write one that says both."),
    ]

    @Test("a wrong constraint is an error at its place", arguments: mistakes)
    func constraints(mistake: Mistake) {
        var found: [String] = []
        assertMacroExpansion(
            mistake.source, expandedSource: "",
            diagnostics: [DiagnosticSpec(message: mistake.message, line: mistake.line, column: mistake.column)],
            macroSpecs: Self.macros, failureHandler: { found.append($0.message) })
        // The expansion itself is another test's.
        #expect(found.filter { !$0.contains("did not produce the expected expanded source") } == [])
    }

    static let declarations = [
        Mistake("@Schema enum A { case a }", 1, 1, "'@Schema' stands at a struct: the document is its value."),
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
    func kinds(mistake: Mistake) { constraints(mistake: mistake) }
}
#endif
