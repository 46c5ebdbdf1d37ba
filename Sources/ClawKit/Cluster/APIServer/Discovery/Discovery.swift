import ClawBase
import ClawDocuments
import ClawModels
import Crypto

/// The documents of API discovery.
/// <https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api>
enum Discovery {
    static let coreVersions: JSONObject = [
        "kind": "APIVersions", "versions": ["v1"],
        "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"]],
    ]

    /// `apps/v1`, in the registry's order, without the core group.
    static func groupVersions(_ registry: ResourceRegistry) -> [String] {
        var seen: Set<String> = []
        return registry.all.map(\.type).filter { !$0.group.isEmpty }.map(\.apiVersion).filter { seen.insert($0).inserted }
    }

    /// A group's versions, the newest stable one first.
    /// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/#version-priority>
    private static func versions(of group: String, _ registry: ResourceRegistry) -> [String] {
        var seen: Set<String> = []
        return registry.all.filter { $0.type.group == group }.map(\.type.version).filter { seen.insert($0).inserted }
            .sorted { VersionPriority($0) < VersionPriority($1) }
    }

    private static func groupNames(_ registry: ResourceRegistry) -> [String] {
        var seen: Set<String> = []
        return registry.all.map(\.type.group).filter { !$0.isEmpty && seen.insert($0).inserted }
    }

    static func groups(_ registry: ResourceRegistry) -> JSONObject {
        [
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": .array(groupNames(registry).map { .object(groupEntry($0, registry)) }),
        ]
    }

    static func group(_ name: String, _ registry: ResourceRegistry) -> JSONObject? {
        guard groupNames(registry).contains(name) else { return nil }
        var group = groupEntry(name, registry)
        group["kind"] = "APIGroup"
        group["apiVersion"] = "v1"
        return group
    }

    private static func groupEntry(_ name: String, _ registry: ResourceRegistry) -> JSONObject {
        let versions = versions(of: name, registry).map { version -> JSON in
            ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
        }
        return ["name": .string(name), "versions": .array(versions), "preferredVersion": versions.first ?? [:]]
    }

    static func resources(group: String, version: String, _ registry: ResourceRegistry) -> JSONObject? {
        let served = registry.all.filter { $0.type.group == group && $0.type.version == version }
        guard let first = served.first else { return nil }
        var entries: [JSON] = []
        for resource in served {
            let type = resource.type
            var entry: JSONObject = [
                "name": .string(type.plural), "singularName": .string(type.singular), "namespaced": .bool(type.isNamespaced),
                "kind": .string(type.kind), "verbs": .array(resource.served.verbs.map(JSON.string)),
            ]
            entry.set("shortNames", type.shortNames)
            entry.set("categories", type.categories)
            if resource.allows("list") { entry["storageVersionHash"] = .string(storageVersionHash(type)) }
            entries.append(.object(entry))
            for subresource in resource.served.subresources {
                var entry: JSONObject = [
                    "name": .string("\(type.plural)/\(subresource.name)"), "singularName": "",
                    "namespaced": .bool(type.isNamespaced), "kind": .string(subresource.kind),
                    "verbs": .array(subresource.verbs.map(JSON.string)),
                ]
                if subresource.apiVersion != type.apiVersion {
                    let (group, version) = parts(subresource.apiVersion)
                    entry["group"] = .string(group)
                    entry["version"] = .string(version)
                }
                entries.append(.object(entry))
            }
        }
        var list: JSONObject = ["kind": "APIResourceList"]
        // The core group's list is older than the rule.
        if !group.isEmpty { list["apiVersion"] = "v1" }
        list["groupVersion"] = .string(first.type.apiVersion)
        list["resources"] = .array(entries)
        return list
    }

    /// Tells clients whether the stored form of a kind has changed. Here one version is stored: the kind's own.
    private static func storageVersionHash(_ type: ResourceType) -> String {
        Base64.encode(Array(SHA256.hash(data: Array("\(type.group)/\(type.version)/\(type.kind)".utf8)).prefix(8)))
    }

    private static func parts(_ apiVersion: String) -> (group: String, version: String) {
        let parts = apiVersion.split(separator: "/").map(String.init)
        return parts.count == 2 ? (parts[0], parts[1]) : ("", apiVersion)
    }

    static func aggregated(coreOnly: Bool, _ registry: ResourceRegistry) -> JSONObject {
        let groups = coreOnly ? [""] : groupNames(registry)
        return [
            "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
            "items": .array(groups.map { aggregatedGroup($0, registry) }),
        ]
    }

    private static func aggregatedGroup(_ group: String, _ registry: ResourceRegistry) -> JSON {
        let served = registry.all.filter { $0.type.group == group }
        let versions = versions(of: group, registry)
        var metadata = JSONObject()
        if !group.isEmpty { metadata["name"] = .string(group) }
        return [
            "metadata": .object(metadata),
            "versions": .array(
                versions.map { version in
                    [
                        "version": .string(version), "freshness": "Current",
                        "resources": .array(served.filter { $0.type.version == version }.map(aggregatedResource)),
                    ]
                }),
        ]
    }

    private static func aggregatedResource(_ resource: RegisteredResource) -> JSON {
        let type = resource.type
        var entry: JSONObject = [
            "resource": .string(type.plural), "singularResource": .string(type.singular),
            "scope": type.isNamespaced ? "Namespaced" : "Cluster", "responseKind": kind(type.apiVersion, type.kind, in: type.apiVersion),
            "verbs": .array(resource.served.verbs.map(JSON.string)),
        ]
        entry.set("shortNames", type.shortNames)
        entry.set("categories", type.categories)
        entry.set(
            "subresources",
            resource.served.subresources.map { subresource -> JSON in
                [
                    "subresource": .string(subresource.name), "responseKind": kind(subresource.apiVersion, subresource.kind, in: type.apiVersion),
                    "verbs": .array(subresource.verbs.map(JSON.string)),
                ]
            })
        return .object(entry)
    }

    /// Group and version are told only where they are not those of the place.
    private static func kind(_ apiVersion: String, _ kind: String, in place: String) -> JSON {
        let (group, version) = apiVersion == place ? ("", "") : parts(apiVersion)
        return ["group": .string(group), "version": .string(version), "kind": .string(kind)]
    }
}
