import ClawDocuments
import ClawModels
import ClawSchemas

/// Whether a write is one that a policy or webhook is about: `MatchResources` of admissionregistration.k8s.io/v1.
struct ResourceMatch: Sendable {
    private let match: Field

    init(_ match: Field) { self.match = match }

    func matches(_ input: PolicyInput) -> Bool {
        guard match.isSet else { return true }
        let isEquivalent = match["matchPolicy"].string != "Exact"
        func isMeant(_ field: Field) -> Bool {
            rule(field, input.request, isEquivalent ? nil : input.request.type.version)
        }
        return selectsNamespace(input) && selectsObject(input)
            && (match["resourceRules"].isEmpty || match["resourceRules"].items.contains(where: isMeant))
            && !match["excludeResourceRules"].items.contains(where: isMeant)
    }

    /// For a webhook: the version of the resource it wants to see; nil where it is not about the write.
    /// <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-matchpolicy>
    func version(for input: PolicyInput, _ registry: ResourceRegistry) -> ResourceType? {
        guard selectsNamespace(input), selectsObject(input) else { return nil }
        let type = input.request.type
        func isMeant(_ version: String) -> Bool { match["rules"].items.contains { rule($0, input.request, version) } }
        if isMeant(type.version) { return type }
        guard match["matchPolicy"].string != "Exact" else { return nil }
        return registry.all.lazy.map(\.type).first { other in
            other.group == type.group && other.plural == type.plural && other.version != type.version && isMeant(other.version)
        }
    }

    /// Cluster-scoped objects are in no namespace, and selected whatever the selector says; a namespace by its own labels.
    private func selectsNamespace(_ input: PolicyInput) -> Bool {
        let selector = match["namespaceSelector"]
        guard !selector.isEmpty else { return true }
        let request = input.request
        if request.type.kind == "Namespace", request.type.group.isEmpty {
            guard let labelled = input.object ?? request.old else { return true }
            return Self.matches(selector, labelled)
        }
        guard request.call.namespace != nil else { return true }
        return Self.matches(selector, request.namespaceObject ?? JSONObject())
    }

    private func selectsObject(_ input: PolicyInput) -> Bool {
        let selector = match["objectSelector"]
        guard !selector.isEmpty else { return true }
        // The options of a connection have no labels, and nothing that is said of labels holds for them.
        guard input.request.operation != .connect else { return false }
        return [input.object, input.request.old].contains { $0.map { Self.matches(selector, $0) } ?? false }
    }

    private static func matches(_ selector: Field, _ object: JSONObject) -> Bool {
        SelectorRules.matches(selector, Field(object)["metadata"]["labels"])
    }

    // MARK: rules

    /// - Parameter version: must be among the rule's; nil: another version of the same resource is the same.
    private func rule(_ rule: Field, _ request: AdmissionRequest, _ version: String?) -> Bool {
        func has(_ name: String, _ value: String) -> Bool {
            let values = rule[name].strings
            return values.contains("*") || values.contains(value)
        }
        let type = request.type
        guard has("operations", request.operation.rawValue), has("apiGroups", type.group),
            version.map({ has("apiVersions", $0) }) ?? true
        else { return false }
        switch rule["scope"].string {
        case "Namespaced": if request.call.namespace == nil { return false }
        case "Cluster": if request.call.namespace != nil { return false }
        default: break
        }
        guard rule["resources"].strings.contains(where: { resource($0, type.plural, request.subresource ?? "") }) else {
            return false
        }
        let names = rule["resourceNames"].strings
        return names.isEmpty || names.contains(request.old?.objectName ?? request.call.name)
    }

    /// `pods`, `pods/status`, `pods/*`, `*/scale`, `*`, `*/*`.
    private func resource(_ wanted: String, _ plural: String, _ subresource: String) -> Bool {
        let parts = wanted.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts[0] == "*" || parts[0] == plural else { return false }
        return parts.count == 1 ? subresource.isEmpty : parts[1] == "*" || parts[1] == subresource
    }
}
