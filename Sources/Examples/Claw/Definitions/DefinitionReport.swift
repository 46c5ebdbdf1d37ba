import ClawBase
import ClawCustomResources
import ClawDocuments
import ClawKubernetes

/// What changes of definitions break, for people and for scripts.
struct DefinitionReport {
    private let entries: [(definition: String, finding: Finding)]

    init(from old: [CustomResourceDefinition], to new: [CustomResourceDefinition]) {
        var entries: [(String, Finding)] = []
        for before in old {
            // One against one is compared whatever their names are.
            let after = old.count == 1 && new.count == 1 ? new.first : new.first { $0.name == before.name }
            guard let after else {
                entries.append(
                    (
                        before.name,
                        Finding(
                            .definitionDropped, "The definition is gone, and all its objects with it. Keep it.",
                            field: "metadata.name")
                    ))
                continue
            }
            entries += DefinitionComparison.findings(from: before, to: after).map { (before.name, $0) }
        }
        self.entries = entries
    }

    var breaking: Int { entries.count { $0.finding.code.isBreaking } }

    var text: String {
        let lines = entries.map { "\($0.definition): \($0.finding.description.onOneLine)" }
        let warnings = entries.count - breaking
        let summary =
            entries.isEmpty
            ? "nothing breaks" : "\(breaking) breaking, \(warnings) \(warnings == 1 ? "warning" : "warnings")"
        return (lines + [summary]).joined(separator: "\n")
    }

    var json: JSON {
        [
            "breaking": .integer(Int64(breaking)),
            "findings": .array(
                entries.map { entry in
                    [
                        "definition": .string(entry.definition), "code": .string(entry.finding.code.rawValue),
                        "field": .string(entry.finding.field ?? ""), "message": .string(entry.finding.message),
                    ]
                }),
        ]
    }
}

extension FindingCode {
    static let definitionDropped = FindingCode(rawValue: "E_CRD_DROPPED")
    static let incompatibleDefinition = FindingCode(rawValue: "E_CRD_INCOMPATIBLE")
}
