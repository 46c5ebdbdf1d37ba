public import ClawBase
import ClawDocuments
public import ClawModels

/// What a new definition of a kind would break of the objects stored under the old one, and of the clients that know it.
public enum DefinitionComparison {
    /// Ordered by place. Each tells what happens and how to avoid it; its field is the place, `v1 spec.replicas`.
    public static func findings(
        from old: CustomResourceDefinition, to new: CustomResourceDefinition
    ) -> [Finding] {
        let (before, after) = (JSON.object(old.document), JSON.object(new.document))
        var findings = identity(before, after)
        // Of another kind, nothing else can be said.
        if findings.contains(where: { $0.code == .definitionIdentity }) { return findings }
        findings += versions(before, after)
        return findings
    }

    private static func identity(_ old: JSON, _ new: JSON) -> [Finding] {
        var findings: [Finding] = []
        func text(_ json: JSON, _ path: [String]) -> String { json.value(at: ["spec"] + path)?.string ?? "" }
        for path in [["group"], ["names", "plural"], ["names", "kind"]] where text(old, path) != text(new, path) {
            findings.append(
                Finding(
                    .definitionIdentity,
                    "It was '\(text(old, path))' and becomes '\(text(new, path))', which is another kind: objects stay with the "
                        + "old definition. Make the new kind beside it and copy the objects.",
                    field: "spec.\(path.joined(separator: "."))"))
        }
        if text(old, ["scope"]) != text(new, ["scope"]) {
            findings.append(
                Finding(
                    .definitionScope,
                    "The scope cannot change from \(text(old, ["scope"])) to \(text(new, ["scope"])); make a kind of another "
                        + "name.", field: "spec.scope"))
        }
        let words = ["shortNames", "categories"]
        for name in words {
            let kept = Set(new.value(at: ["spec", "names", name])?.array ?? [])
            for word in old.value(at: ["spec", "names", name])?.array ?? [] where !kept.contains(word) {
                findings.append(
                    Finding(
                        .definitionName, "'\(word.string ?? "")' is gone; scripts that use it break. Keep it.",
                        field: "spec.names.\(name)"))
            }
        }
        return findings
    }

    // MARK: versions

    private static func versions(_ old: JSON, _ new: JSON) -> [Finding] {
        func list(_ json: JSON) -> [JSON] { json.value(at: ["spec", "versions"])?.array ?? [] }
        let (before, after) = (list(old), list(new))
        let stored = Set((old.value(at: ["status", "storedVersions"])?.array ?? []).compactMap(\.string))
        var findings: [Finding] = []
        for version in before {
            let name = version["name"]?.string ?? ""
            guard let next = after.first(where: { $0["name"]?.string == name }) else {
                findings.append(dropped(version, name, isStored: stored.contains(name)))
                continue
            }
            if version["served"]?.bool == true, next["served"]?.bool != true {
                findings.append(
                    Finding(
                        .definitionVersionUnserved,
                        "Clients of \(name) are answered 404. Mark it deprecated first, and stop serving it once nobody asks.",
                        field: name))
            }
            findings += VersionComparison.findings(version, next, name)
        }
        return findings
            + storage(before, after, hasConversion: new.value(at: ["spec", "conversion", "strategy"]) == "Webhook")
    }

    private static func dropped(_ version: JSON, _ name: String, isStored: Bool) -> Finding {
        if isStored || version["storage"]?.bool == true {
            return Finding(
                .definitionStoredVersionDropped,
                "Objects may be stored in \(name): the server refuses to drop it. Keep it unserved, write every object once, take "
                    + "\(name) out of status.storedVersions, then drop it.", field: name)
        }
        return Finding(
            .definitionVersionDropped,
            "Clients of \(name) are answered 404. Keep it with 'deprecated: true' until nobody asks for it.",
            field: name)
    }

    /// Stored objects are read in the new storage version: what that lacks is lost.
    private static func storage(_ before: [JSON], _ after: [JSON], hasConversion: Bool) -> [Finding] {
        func stored(_ versions: [JSON]) -> JSON? { versions.first { $0["storage"]?.bool == true } }
        guard let old = stored(before), let new = stored(after), let from = old["name"]?.string,
            let to = new["name"]?.string, from != to
        else { return [] }
        let changed = Finding(
            .storageVersionChanged,
            "Objects stay stored in \(from) until each is written once more; status.storedVersions lists both until then.",
            field: to)
        if hasConversion { return [changed] }
        var comparison = SchemaComparison(version: "\(from) → \(to)")
        comparison.compare(old["schema"]?["openAPIV3Schema"] ?? [:], new["schema"]?["openAPIV3Schema"] ?? [:], at: "")
        return [changed] + comparison.findings
    }
}
