extension ResourceCatalogue {
    /// All of Kubernetes' resources at generally available versions, read at first use.
    public static let kubernetes = ResourceCatalogue(parsing: kubernetesText, versions: kubernetesVersions)

    /// A line per resource: group version, kind, plural, singular, scope, short names, categories, verbs, field table;
    /// below it, each after a blank, its subresources: name, group version, kind, verbs, field table. `-` means none.
    init(parsing text: StaticString, versions: StaticString) {
        var resources: [ServedResource] = []
        for line in text.description.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if line.hasPrefix(" ") {
                precondition(words.count == 5 && !resources.isEmpty, "no subresource: \(line)")
                resources[resources.count - 1].subresources.append(
                    ServedResource.Subresource(
                        name: words[0], apiVersion: words[1], kind: words[2], verbs: Self.list(words[3]),
                        schemaName: Self.optional(words[4])))
            } else {
                precondition(words.count == 9, "no resource: \(line)")
                resources.append(Self.resource(words))
            }
        }
        self.init(
            groupVersions: versions.description.split(separator: "\n").map(String.init), resources: resources)
    }

    private static func resource(_ words: [String]) -> ServedResource {
        let parts = words[0].split(separator: "/").map(String.init)
        let type = ResourceType(
            group: parts.count > 1 ? parts[0] : "", version: parts[parts.count - 1], kind: words[1], plural: words[2],
            singular: optional(words[3]) ?? "", shortNames: list(words[5]), categories: list(words[6]),
            isNamespaced: words[4] == "namespaced")
        return ServedResource(type: type, verbs: list(words[7]), schemaName: optional(words[8]))
    }

    private static func optional(_ word: String) -> String? { word == "-" ? nil : word }
    private static func list(_ word: String) -> [String] {
        optional(word)?.split(separator: ",").map(String.init) ?? []
    }
}
