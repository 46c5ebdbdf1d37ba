import ClawModels

/// The rules that a list of requests needed.
enum RuleCollector {
    private struct Resource: Hashable {
        let group: String
        let name: String
    }

    /// One rule for all resources of a group with the same verbs, sorted.
    static func rules(for requests: [ClusterHistory.Entry]) -> [PolicyRule] {
        var verbs: [Resource: Set<String>] = [:]
        var paths: [String: Set<String>] = [:]
        for request in requests {
            if request.resource.hasPrefix("/") {
                paths[request.resource, default: []].insert(request.verb)
            } else {
                let name = request.subresource.isEmpty ? request.resource : "\(request.resource)/\(request.subresource)"
                let resource = Resource(group: request.group, name: name)
                verbs[resource, default: []].insert(request.verb)
                // What a patch makes must be allowed to be made, too.
                if request.verb == "patch", request.status == 201 { verbs[resource, default: []].insert("create") }
            }
        }
        var together: [[String]: [Resource]] = [:]
        for (resource, used) in verbs { together[[resource.group] + used.sorted(), default: []].append(resource) }
        let rules = together.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, resources in
            PolicyRule(verbs: Array(key.dropFirst()), apiGroups: [key[0]], resources: resources.map(\.name).sorted())
        }
        return rules + paths.sorted { $0.key < $1.key }.map { PolicyRule(verbs: $0.value.sorted(), nonResourceURLs: [$0.key]) }
    }
}
