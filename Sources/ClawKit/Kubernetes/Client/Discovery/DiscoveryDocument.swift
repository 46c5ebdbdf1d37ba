/// The documents of discovery, read.
enum DiscoveryDocument {
    /// A group, as much of it as one answer told.
    struct Group: Sendable {
        var name: String
        /// The preferred one first.
        var versions: [Version]
    }

    struct Version: Sendable {
        var version: String
        /// nil: the answer named the version only.
        var resources: [ServedResource]?
        var finding: Finding?
    }

    /// Of the answer to `/api` or `/apis`, whichever form it has.
    static func groups(_ document: JSONObject) -> [Group] {
        switch document.string(.kind) {
        case "APIGroupDiscoveryList": document.values(.items).compactMap { $0.object.map(aggregatedGroup) }
        case "APIVersions": [Group(name: "", versions: document.strings(.versions).map { Version(version: $0) })]
        default: document.values("groups").compactMap { $0.object.map(plainGroup) }
        }
    }

    // MARK: aggregated

    private static func aggregatedGroup(_ group: JSONObject) -> Group {
        let name = group[.metadata]?["name"]?.string ?? ""
        let versions = group.values(.versions).compactMap(\.object).map { document -> Version in
            let version = document.string(.version) ?? ""
            let place = name.isEmpty ? version : "\(name)/\(version)"
            let isStale = document.string("freshness") == "Stale"
            return Version(
                version: version,
                resources: document.values(.resources).compactMap {
                    $0.object.flatMap { aggregatedResource($0, group: name, version: version) }
                },
                finding: isStale ? .undiscovered(place, "what the server knows of it may be old.") : nil)
        }
        return Group(name: name, versions: versions)
    }

    private static func aggregatedResource(_ entry: JSONObject, group: String, version: String) -> ServedResource? {
        guard let plural = entry.string(.resource), let kind = entry["responseKind"]?["kind"]?.string, !kind.isEmpty
        else { return nil }
        return ServedResource(
            type: type(
                group, version, kind, plural, singular: entry.string("singularResource"), entry,
                isNamespaced: entry.string(.scope) == "Namespaced"),
            verbs: entry.strings(.verbs),
            subresources: entry.values(.subresources).compactMap(\.object).map { part in
                let response = part["responseKind"]
                // A server leaves the version empty where it is the resource's own.
                let own = response?["version"]?.string.flatMap { $0.isEmpty ? nil : $0 }
                return ServedResource.Subresource(
                    name: part.string("subresource") ?? "",
                    apiVersion: own.map { apiVersion(response?["group"]?.string ?? "", $0) } ?? apiVersion(group, version),
                    kind: response?["kind"]?.string ?? "", verbs: part.strings(.verbs))
            })
    }

    // MARK: plain

    private static func plainGroup(_ group: JSONObject) -> Group {
        let preferred = group["preferredVersion"]?["version"]?.string
        let versions = group.values(.versions).compactMap { $0["version"]?.string }
        let sorted = versions.filter { $0 == preferred } + versions.filter { $0 != preferred }
        return Group(name: group.string(.name) ?? "", versions: sorted.map { Version(version: $0) })
    }

    /// Of an `APIResourceList`: `deployments`, then `deployments/scale` and so on, in any order.
    static func resources(_ list: JSONObject, group: String, version: String) -> [ServedResource] {
        let entries = list.values(.resources).compactMap(\.object)
        let parts = Dictionary(grouping: entries) { entry in
            String((entry.string(.name) ?? "").prefix { $0 != "/" })
        }
        return entries.compactMap { entry in
            guard let plural = entry.string(.name), !plural.contains("/"), let kind = entry.string(.kind) else {
                return nil
            }
            let subresources = (parts[plural] ?? []).filter { $0.string(.name) != plural }.map { part in
                ServedResource.Subresource(
                    name: String((part.string(.name) ?? "").dropFirst(plural.count + 1)),
                    apiVersion: apiVersion(part.string(.group) ?? group, part.string(.version) ?? version),
                    kind: part.string(.kind) ?? "", verbs: part.strings(.verbs))
            }
            return ServedResource(
                type: type(
                    group, version, kind, plural, singular: entry.string("singularName"), entry,
                    isNamespaced: entry.bool("namespaced") ?? false),
                verbs: entry.strings(.verbs), subresources: subresources)
        }
    }

    private static func type(
        _ group: String, _ version: String, _ kind: String, _ plural: String, singular: String?, _ entry: JSONObject,
        isNamespaced: Bool
    ) -> ResourceType {
        // Some extension servers leave the singular empty; clients then take the kind.
        let singular = singular.flatMap { $0.isEmpty ? nil : $0 }
        return ResourceType(
            group: group, version: version, kind: kind, plural: plural, singular: singular,
            shortNames: entry.strings(.shortNames), categories: entry.strings(.categories), isNamespaced: isNamespaced)
    }

    private static func apiVersion(_ group: String, _ version: String) -> String {
        group.isEmpty ? version : "\(group)/\(version)"
    }
}
