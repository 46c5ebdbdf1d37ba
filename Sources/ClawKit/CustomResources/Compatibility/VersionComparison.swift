import ClawBase
import ClawDocuments

/// Two states of one version.
enum VersionComparison {
    static func findings(_ old: JSON, _ new: JSON, _ name: String) -> [Finding] {
        var comparison = SchemaComparison(version: name)
        comparison.compare(
            old["schema"]?["openAPIV3Schema"] ?? [:], new["schema"]?["openAPIV3Schema"] ?? [:], at: "")
        return subresources(old, new, name) + comparison.findings
    }

    private static func subresources(_ old: JSON, _ new: JSON, _ name: String) -> [Finding] {
        var findings: [Finding] = []
        let (before, after) = (old["subresources"], new["subresources"])
        for part in ["status", "scale"] where before?[part] != nil && after?[part] == nil {
            findings.append(
                Finding(
                    .definitionSubresource,
                    "Writes to /\(part) are answered 404; controllers and autoscalers use it. Keep it.",
                    field: "\(name) subresources.\(part)"))
        }
        if before?["status"] == nil, after?["status"] != nil {
            findings.append(
                Finding(
                    .statusSubresourceAdded,
                    "A status written with the rest of the object is dropped from now on. Write it to /status.",
                    field: "\(name) subresources.status"))
        }
        for key in ["specReplicasPath", "statusReplicasPath", "labelSelectorPath"] {
            guard let path = before?["scale"]?[key], let next = after?["scale"], next[key] != path else { continue }
            findings.append(
                Finding(
                    .definitionSubresource,
                    "Scales read and write another field from now on. Keep '\(path.string ?? "")'.",
                    field: "\(name) subresources.scale.\(key)"))
        }
        let kept = Set((new["selectableFields"]?.array ?? []).compactMap { $0["jsonPath"]?.string })
        for field in (old["selectableFields"]?.array ?? []).compactMap({ $0["jsonPath"]?.string })
        where !kept.contains(field) {
            findings.append(
                Finding(
                    .definitionSelectableField,
                    "Lists and watches that select by '\(field)' are refused. Keep it selectable.",
                    field: "\(name) selectableFields"))
        }
        return findings
    }
}
