import ClawDocuments
import ClawModels

/// One webhook of a configuration, of either kind.
struct Webhook: Sendable {
    let configuration: String
    private let document: Field

    init(_ configuration: JSONObject, _ document: Field) {
        (self.configuration, self.document) = (configuration.objectName, document)
    }

    /// All of one kind of configuration, in the order in which they are asked: by the configuration's name, then as
    /// written.
    static func all(_ plural: String, in store: ObjectStore) -> [Webhook] {
        store.list(.init(group: "admissionregistration.k8s.io", plural: plural), namespace: nil).objects.flatMap { object in
            Field(object)["webhooks"].items.map { Webhook(object, $0) }
        }
    }

    var name: String { document["name"].string }
    /// Distinguishes it from all others of its kind.
    var identity: String { "\(configuration)/\(name)" }
    var client: Field { document["clientConfig"] }
    /// Seconds.
    var timeout: Int64 { document["timeoutSeconds"].integer ?? 10 }
    var ignoresFailures: Bool { document["failurePolicy"].string == "Ignore" }
    var isReinvoked: Bool { document["reinvocationPolicy"].string == "IfNeeded" }
    var toleratesDryRun: Bool { ["None", "NoneOnDryRun"].contains(document["sideEffects"].string) }

    /// The version of the resource the webhook wants to see; nil where it is not to be asked.
    /// <https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-rules>
    func version(for object: JSONObject?, _ request: AdmissionRequest, _ registry: ResourceRegistry) -> ResourceType? {
        guard selectsNamespace(of: object, request), selects(object, request) else { return nil }
        let type = request.type
        let rules = document["rules"].items
        if rules.contains(where: { matches($0, type, request) }) { return type }
        guard document["matchPolicy"].string != "Exact" else { return nil }
        return registry.all.lazy.map(\.type)
            .first { other in
                other.group == type.group && other.plural == type.plural && other.version != type.version
                    && rules.contains { matches($0, other, request) }
            }
    }

    private func matches(_ rule: Field, _ type: ResourceType, _ request: AdmissionRequest) -> Bool {
        func has(_ list: String, _ value: String) -> Bool { rule[list].strings.contains { $0 == "*" || $0 == value } }
        let scope = rule["scope"].string
        return has("operations", request.operation.rawValue) && has("apiGroups", type.group)
            && has("apiVersions", type.version)
            && (scope.isEmpty || scope == "*" || scope == (type.isNamespaced ? "Namespaced" : "Cluster"))
            && rule["resources"].strings.contains { Self.matches($0, type.plural, request.subresource ?? "") }
    }

    /// `pods`, `pods/status`, `pods/*`, `*`, `*/scale`, `*/*`.
    private static func matches(_ pattern: String, _ plural: String, _ subresource: String) -> Bool {
        let parts = pattern.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, first == "*" || first == plural else { return false }
        guard parts.count > 1 else { return subresource.isEmpty }
        return parts[1] == "*" || parts[1] == subresource
    }

    /// Objects of the whole cluster are not selected by namespaces, except namespaces by their own labels.
    private func selectsNamespace(of object: JSONObject?, _ request: AdmissionRequest) -> Bool {
        let selector = document["namespaceSelector"]
        guard !selector.isEmpty else { return true }
        if request.type.group.isEmpty, request.type.plural == "namespaces" {
            return [object, request.old].compactMap(\.self).contains { Self.selector(selector, matches: $0) }
        }
        guard request.type.isNamespaced else { return true }
        return request.namespaceObject.map { Self.selector(selector, matches: $0) } ?? false
    }

    private func selects(_ object: JSONObject?, _ request: AdmissionRequest) -> Bool {
        let selector = document["objectSelector"]
        guard !selector.isEmpty else { return true }
        return [object, request.old].compactMap(\.self).contains { Self.selector(selector, matches: $0) }
    }

    private static func selector(_ selector: Field, matches object: JSONObject) -> Bool {
        SelectorRules.matches(selector, Field(object)["metadata"]["labels"])
    }
}
