public import ClawDocuments
import ClawKubernetes
public import ClawModels

extension CustomResource {
    /// The CustomResourceDefinition of all versions, without conversion: versions differ in name only, or a webhook
    /// converts, which enters itself when it starts.
    public static var definition: CustomResourceDefinition {
        var names: JSONObject = [
            "kind": .string(type.kind), "listKind": .string("\(type.kind)List"), "plural": .string(type.plural),
            "singular": .string(type.singular),
        ]
        names.set("shortNames", type.shortNames)
        names.set("categories", type.categories)
        let versions = [VersionDraft(Self.self, isServed: true, isStored: true)] + otherVersions.map { $0.version() }
        return CustomResourceDefinition(document: [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": .string(type.qualifiedName)],
            "spec": [
                "group": .string(type.group), "names": .object(names),
                "scope": type.isNamespaced ? "Namespaced" : "Cluster",
                "versions": .array(versions.map { .object($0.json) }),
            ],
        ])
    }

    /// Whether a document is of this kind, in any of its versions.
    public static func isKind(of document: JSONObject) -> Bool {
        guard document.string(.kind) == type.kind, let apiVersion = document.string(.apiVersion) else { return false }
        return apiVersion == type.apiVersion || otherVersions.contains { $0.type.apiVersion == apiVersion }
    }
}
