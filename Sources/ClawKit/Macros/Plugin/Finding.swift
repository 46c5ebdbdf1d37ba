#if Macros
import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxMacros

/// What is wrong with a declaration, and how to mend it.
struct Finding: DiagnosticMessage {
    let message: String
    let id: String
    var diagnosticID: MessageID { MessageID(domain: "ClawMacros", id: id) }
    var severity: DiagnosticSeverity { .error }

    init(_ id: String, _ message: String) { (self.id, self.message) = (id, message) }
}

extension MacroExpansionContext {
    func report(_ node: some SyntaxProtocol, _ id: String, _ message: String) {
        diagnose(Diagnostic(node: Syntax(node), message: Finding(id, message)))
    }
}
#endif
