import ClawDocuments
public import ClawKubernetes
import ClawModels
import ClawSchemas

extension CustomResource {
    /// Throws what a server would answer to the definition: a pattern that is none, a default that its own field
    /// refuses, a rule that does not compile or may cost too much. A test of one line.
    public static func checkDefinition() throws(KubernetesError) {
        let errors = DefinitionCheck.errors(in: definition)
        guard !errors.isEmpty else { return }
        throw KubernetesError(
            code: 422, reason: "Invalid",
            message: FieldError.refusal(
                kind: "CustomResourceDefinition", group: "apiextensions.k8s.io", name: definition.name, errors),
            causes: errors.map { .init(reason: $0.reason, message: $0.message, field: $0.field) })
    }
}

/// What a server would say of a definition.
enum DefinitionCheck {
    static func errors(in definition: CustomResourceDefinition) -> [FieldError] {
        var document = definition.document
        // What the server enters by itself before it looks.
        let stored = definition.spec.versions.filter(\.storage).map { JSON.string($0.name) }
        document[.status] = ["storedVersions": .array(stored), "acceptedNames": ["kind": "", "plural": ""]]
        if document[.spec]?["conversion"] == nil {
            document.modify(.spec) { spec in spec?["conversion"] = ["strategy": "None"] }
        }
        var errors = FieldErrors()
        DefinitionRules.check(document, old: nil, &errors)
        return errors.list
    }
}
