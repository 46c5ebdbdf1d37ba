import ClawDocuments
import ClawModels
import ClawSchemas

/// Refuses pods below their namespace's level, and warns of workloads whose pods would be.
/// <https://kubernetes.io/docs/concepts/security/pod-security-admission/>
struct PodSecurityPlugin: ValidatingPlugin {
    /// How many of a namespace's pods are looked at when its level rises.
    private static let checkedPods = 3000

    func concerns(_ request: AdmissionRequest) -> Bool {
        guard request.operation == .create || request.operation == .update else { return false }
        return switch request.type.group {
        case "": ["namespaces", "pods", "replicationcontrollers", "podtemplates"].contains(request.type.plural)
        case "apps", "batch": true
        default: false
        }
    }

    func validate(_ object: JSONObject?, _ request: AdmissionRequest) async throws {
        guard let object else { return }
        let warnings =
            switch (request.type.group, request.type.plural) {
            case ("", "namespaces"): try checkNamespace(object, request)
            case ("", "pods"): try checkPod(object, request)
            default: warningsOfTemplate(object, request)
            }
        warnings.forEach(request.warn)
    }

    private func checkPod(_ object: JSONObject, _ request: AdmissionRequest) throws -> [String] {
        guard request.subresource == nil || request.subresource == "ephemeralcontainers" || request.subresource == "resize",
            let policy = policy(request), max(policy.enforce.level, policy.warn.level) > .privileged
        else { return [] }
        let pod = Pod(document: object)
        if let old = request.old, !Self.isSignificant(pod, Pod(document: old)) { return [] }
        guard let judged = JudgedPod(object.metadataValue(.annotations), object[.spec]) else { return [] }
        if let violations = PodSecurityChecks.violations(of: policy.enforce, judged) {
            throw request.forbidden(object, "violates PodSecurity \"\(policy.enforce)\": \(violations.details)")
        }
        return warnings(policy.warn, judged)
    }

    /// Workloads may be written whatever their pods are; whoever writes them is told.
    private func warningsOfTemplate(_ object: JSONObject, _ request: AdmissionRequest) -> [String] {
        guard request.subresource == nil, let template = Self.template(object, request.type), let policy = policy(request),
            policy.warn.level > .privileged,
            let judged = JudgedPod(template["metadata"]?["annotations"], template["spec"])
        else { return [] }
        return warnings(policy.warn, judged)
    }

    private func warnings(_ standard: PodSecurityPolicy.Standard, _ pod: JudgedPod) -> [String] {
        guard let violations = PodSecurityChecks.violations(of: standard, pod) else { return [] }
        return ["would violate PodSecurity \"\(standard)\": \(violations.details)"]
    }

    private func policy(_ request: AdmissionRequest) -> PodSecurityPolicy? {
        guard let labels = request.namespaceObject?.metadataValue(.labels) else { return nil }
        return PodSecurityPolicy.read(Field(.root, labels)).policy
    }

    /// The pod template of the kinds that have one.
    private static func template(_ object: JSONObject, _ type: ResourceType) -> JSON? {
        switch (type.group, type.plural) {
        case ("apps", "deployments"), ("apps", "replicasets"), ("apps", "statefulsets"), ("apps", "daemonsets"),
            ("batch", "jobs"), ("", "replicationcontrollers"):
            object[.spec]?["template"]
        case ("batch", "cronjobs"): object[.spec]?["jobTemplate"]?["spec"]?["template"]
        case ("", "podtemplates"): object["template"]
        default: nil
        }
    }

    /// Images and debug containers are all of a pod that may change and that matters here.
    private static func isSignificant(_ pod: Pod, _ old: Pod) -> Bool {
        func images(_ pod: Pod) -> [[String?]] {
            [pod.spec?.containers.map(\.image) ?? [], pod.spec?.initContainers.map(\.image) ?? []]
        }
        let known = Dictionary(
            (old.spec?.ephemeralContainers ?? []).map { ($0.name, $0.image) }, uniquingKeysWith: { first, _ in first })
        return images(pod) != images(old)
            || (pod.spec?.ephemeralContainers ?? []).contains { container in
                guard let image = known[container.name] else { return true }
                return image != container.image
            }
    }

    // MARK: namespaces

    private func checkNamespace(_ object: JSONObject, _ request: AdmissionRequest) throws -> [String] {
        guard request.subresource == nil else { return [] }
        let (policy, errors) = PodSecurityPolicy.read(Field(object)["metadata"]["labels"])
        var before: (policy: PodSecurityPolicy, errors: FieldErrors)?
        if let old = request.old { before = PodSecurityPolicy.read(Field(old)["metadata"]["labels"]) }
        if !errors.list.isEmpty, before?.errors.list != errors.list {
            throw APIStatus.invalid(kind: "Namespace", group: "", name: object.objectName, errors.list)
        }
        guard let old = before?.policy.enforce, policy.enforce != old, policy.enforce.level > .privileged,
            policy.enforce.minor != old.minor || policy.enforce.level > old.level
        else { return [] }
        return warnings(of: policy.enforce, forPodsIn: object.objectName, request)
    }

    /// What the pods that are there already would be refused for.
    private func warnings(
        of standard: PodSecurityPolicy.Standard, forPodsIn namespace: String, _ request: AdmissionRequest
    ) -> [String] {
        let pods = request.store.list(.init(group: "", plural: "pods"), namespace: namespace).objects
        var found: [String: [String]] = [:]
        for pod in pods.prefix(Self.checkedPods) {
            guard let judged = JudgedPod(pod.metadataValue(.annotations), pod[.spec]),
                let violations = PodSecurityChecks.violations(of: standard, judged)
            else { continue }
            found[violations.reasons, default: []].append(pod.objectName)
        }
        guard !found.isEmpty else { return [] }
        let lines = found.map { reasons, names in
            let others =
                switch names.count {
                case 1: ""
                case 2: " (and 1 other pod)"
                default: " (and \(names.count - 1) other pods)"
                }
            return "\(names.min() ?? "")\(others): \(reasons)"
        }
        return ["existing pods in namespace \"\(namespace)\" violate the new PodSecurity enforce level \"\(standard)\""]
            + lines.sorted()
    }
}
