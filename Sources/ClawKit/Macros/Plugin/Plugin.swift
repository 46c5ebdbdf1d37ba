#if Macros
import SwiftCompilerPlugin
import SwiftSyntaxMacros

@main
struct Plugin: CompilerPlugin {
    let providingMacros: [any Macro.Type] = [
        CustomResourceMacro.self, SchemaMacro.self, FieldMacro.self, RuleMacro.self,
    ]
}
#else
/// Without the trait there is nothing to expand; a plug-in must have an entry all the same.
@main
enum Plugin {
    static func main() {}
}
#endif
