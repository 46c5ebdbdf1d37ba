#if Macros
import SwiftSyntaxMacroExpansion
import SwiftSyntaxMacros
import SwiftSyntaxMacrosGenericTestSupport
import Testing

@testable import ClawMacroPlugin

@Suite("What the macros write")
struct ExpansionTests {
    static let macros: [String: MacroSpec] = [
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

    @Test("an enum keeps its cases' comments")
    func choices() {
        check(
            """
            @Schema
            public enum Place: String, SchemaEnum {
                /// Wherever there is room.
                case anywhere
                /// Where it is cold.
                case north = "n", `case`
                case south
            }
            """,
            gives: """
                public enum Place: String, SchemaEnum {
                    /// Wherever there is room.
                    case anywhere
                    /// Where it is cold.
                    case north = "n", `case`
                    case south

                    public static let descriptions: [Self: String] = [
                        .anywhere: "Wherever there is room.",
                        .north: "Where it is cold.",
                        .`case`: "Where it is cold.",
                    ]
                }
                """)
    }
}
#endif
