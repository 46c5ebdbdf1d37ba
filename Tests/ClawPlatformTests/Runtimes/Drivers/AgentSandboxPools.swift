import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import HTTPTypes

/// agent-sandbox's extensions in small: SandboxTemplate, SandboxWarmPool and SandboxClaim as its v1beta1 has them, and
/// controllers that do what the real ones do.
final class AgentSandboxPools: Sendable {
    private let api: any KubernetesAPI
    private let caches: SharedCaches
    private static let poolLabel = "agents.x-k8s.io/warm-pool-sandbox"
    private static let claimLabel = "agents.x-k8s.io/claim-uid"
    private static let nameAnnotation = "agents.x-k8s.io/sandbox-name"

    init(_ api: some KubernetesAPI) { (self.api, caches) = (api, SharedCaches(api)) }

    static func install(in client: KubernetesClient) async throws {
        let anything: JSON = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
        let text: JSON = ["type": "string"]
        let named: JSON = ["type": "object", "required": ["name"], "properties": ["name": text]]
        let kinds: [(kind: String, plural: String, spec: JSON)] = [
            (
                "SandboxTemplate", "sandboxtemplates",
                [
                    "type": "object", "required": ["podTemplate"],
                    "properties": [
                        "podTemplate": anything, "volumeClaimTemplates": ["type": "array", "items": anything],
                        "service": ["type": "boolean"],
                        "networkPolicyManagement": [
                            "type": "string", "enum": ["Managed", "Unmanaged"], "default": "Managed",
                        ],
                    ],
                ]
            ),
            (
                "SandboxWarmPool", "sandboxwarmpools",
                [
                    "type": "object", "required": ["sandboxTemplateRef"],
                    "properties": [
                        "replicas": ["type": "integer", "minimum": 0, "default": 1], "sandboxTemplateRef": named,
                        "updateStrategy": [
                            "type": "object",
                            "properties": [
                                "type": [
                                    "type": "string", "enum": ["Recreate", "OnReplenish"], "default": "OnReplenish",
                                ]
                            ],
                        ],
                    ],
                ]
            ),
            (
                "SandboxClaim", "sandboxclaims",
                [
                    "type": "object", "required": ["warmPoolRef"],
                    "properties": [
                        "warmPoolRef": named, "additionalPodMetadata": anything,
                        "env": ["type": "array", "items": anything],
                    ],
                ]
            ),
        ]
        for (kind, plural, spec) in kinds {
            if try await AgentSandboxes.installReal(SandboxExtensions.group, plural, in: client) { continue }
            let schema: JSON = ["type": "object", "required": ["spec"], "properties": ["spec": spec, "status": anything]]
            _ = try await client.create(
                CustomResourceDefinition(document: [
                    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                    "metadata": ["name": .string("\(plural).\(SandboxExtensions.group)")],
                    "spec": [
                        "group": .string(SandboxExtensions.group), "scope": "Namespaced",
                        "names": [
                            "kind": .string(kind), "plural": .string(plural), "singular": .string(kind.lowercased()),
                        ],
                        "versions": [
                            [
                                "name": .string(SandboxExtensions.version), "served": true, "storage": true,
                                "subresources": ["status": [:]], "schema": ["openAPIV3Schema": schema],
                            ]
                        ],
                    ],
                ]))
        }
    }

    func run() async throws {
        let (claims, pools) = (caches.cache(SandboxClaim.self), caches.cache(SandboxWarmPool.self))
        @Sendable func poolOf(_ sandbox: Sandbox) -> [ObjectKey] {
            guard let owner = sandbox.metadata.controllerReference, owner.kind == "SandboxWarmPool" else { return [] }
            return [ObjectKey(namespace: sandbox.namespace ?? "", name: owner.name)]
        }
        let keeper = Controller("sandbox pools", caches: caches, logger: silent) { [self] key in
            guard let pool = pools[key], !pool.isBeingDeleted else { return .settled }
            try await keep(pool)
            return .settled
        }
        .reconciles(SandboxWarmPool.self).watches(Sandbox.self) { poolOf($0) }
        .watches(SandboxTemplate.self) { [ObjectKey($0)] }
        let giver = Controller("sandbox claims", caches: caches, logger: silent) { [self] key in
            guard let claim = claims[key], !claim.isBeingDeleted else { return .settled }
            try await give(claim)
            return .settled
        }
        .reconciles(SandboxClaim.self).watches(Sandbox.self) { sandbox in
            guard let owner = sandbox.metadata.controllerReference, owner.kind == "SandboxClaim" else { return [] }
            return [ObjectKey(namespace: sandbox.namespace ?? "", name: owner.name)]
        }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await self.caches.run() }
            group.addTask { try await keeper.run() }
            group.addTask { try await giver.run() }
        }
    }

    // MARK: as the real ones

    private func owned(by uid: String?, in namespace: String?) async throws -> [Sandbox] {
        try await api.list(Sandbox.self, in: namespace).items.filter {
            $0.metadata.controllerReference?.uid == uid && !$0.isBeingDeleted
        }
    }

    private func keep(_ pool: SandboxWarmPool) async throws {
        let spec = pool.document["spec"]
        let name = spec?["sandboxTemplateRef"]?["name"]?.string ?? ""
        guard let template = try await api.find(SandboxTemplate.self, name, in: pool.namespace) else { return }
        var own = try await owned(by: pool.uid, in: pool.namespace)
        if spec?["updateStrategy"]?["type"]?.string == "Recreate" {
            for stale in own where stale.document["spec"]?["podTemplate"]?["spec"]
                != template.document["spec"]?["podTemplate"]?["spec"]
            {
                try await api.deleteIfPresent(Sandbox.self, stale.name, in: stale.namespace, uid: stale.uid)
                own.removeAll { $0.uid == stale.uid }
            }
        }
        let wanted = Int(spec?["replicas"]?.integer ?? 1)
        for surplus in own.dropFirst(wanted) {
            try await api.deleteIfPresent(Sandbox.self, surplus.name, in: surplus.namespace, uid: surplus.uid)
        }
        for _ in own.count..<max(wanted, own.count) {
            _ = try await api.create(
                Self.sandbox(
                    named: "\(pool.name)-\(Chance.uuid().prefix(5))", of: template, labels: [Self.poolLabel: "x"],
                    owner: OwnerReference(controlling: pool)))
        }
    }

    private static func sandbox(
        named name: String, of template: SandboxTemplate, labels: [String: String], owner: OwnerReference
    ) -> Sandbox {
        var document = JSONObject()
        var spec = JSONObject()
        let stated = template.document["spec"]?.object ?? JSONObject()
        for field in ["podTemplate", "volumeClaimTemplates", "service"] { spec[FieldKey(field)] = stated[FieldKey(field)] }
        document["spec"] = .object(spec)
        var sandbox = Sandbox(document: document)
        sandbox.metadata = ObjectMeta(
            name: name, namespace: template.namespace, labels: labels, ownerReferences: [owner])
        return sandbox
    }

    private func give(_ claim: SandboxClaim) async throws {
        let pool = claim.document["spec"]?["warmPoolRef"]?["name"]?.string ?? ""
        guard let warm = try await api.find(SandboxWarmPool.self, pool, in: claim.namespace),
            let template = try await api.find(SandboxTemplate.self, pool, in: claim.namespace)
        else { return try await report(claim, nil, trouble: ("WarmPoolNotFound", "SandboxWarmPool not found")) }
        // Labels need a domain from a list that knows nobody else's.
        let metadata = claim.document["spec"]?["additionalPodMetadata"]
        if metadata?["labels"]?.object?.isEmpty == false {
            return try await report(claim, nil, trouble: ("InvalidMetadata", "label domain is not in the allowlist"))
        }
        for key in claim.podAnnotations.keys where key.contains("k8s.io/") || key.contains("kubernetes.io/") {
            return try await report(claim, nil, trouble: ("InvalidMetadata", "restricted system domain: \(key)"))
        }
        var sandbox = try await owned(by: claim.uid, in: claim.namespace).first
        let needsNew = claim.document["spec"]?["env"]?.array?.isEmpty == false
        if sandbox == nil, !needsNew {
            let candidates = try await owned(by: warm.uid, in: claim.namespace)
            if var adopted = candidates.first(where: \.isReady) {
                adopted.metadata.ownerReferences = [OwnerReference(controlling: claim)]
                adopted.metadata.labels[Self.poolLabel] = nil
                adopted.metadata.labels[Self.claimLabel] = claim.uid ?? ""
                sandbox = try await api.replace(adopted)
                _ = try await api.mergePatch(
                    SandboxClaim.self, claim.name, in: claim.namespace,
                    ["metadata": ["annotations": [Self.nameAnnotation: .string(adopted.name)]]])
            }
        }
        if sandbox == nil {
            sandbox = try await api.create(
                Self.sandbox(
                    named: claim.name, of: template, labels: [Self.claimLabel: claim.uid ?? ""],
                    owner: OwnerReference(controlling: claim)))
        }
        guard let sandbox else { return }
        // The pod's metadata is the template's and the claim's, exactly.
        var wanted = template.document["spec"]?["podTemplate"]?["metadata"]?.object ?? JSONObject()
        var labels = wanted["labels"]?.object ?? JSONObject()
        labels[FieldKey(Self.claimLabel)] = .string(claim.uid ?? "")
        var annotations = wanted["annotations"]?.object ?? JSONObject()
        for (key, value) in claim.podAnnotations { annotations[FieldKey(key)] = .string(value) }
        (wanted["labels"], wanted["annotations"]) = (.object(labels), .object(annotations))
        if sandbox.document["spec"]?["podTemplate"]?["metadata"]?.object != wanted {
            var changed = sandbox
            var spec = changed.document["spec"]?.object ?? JSONObject()
            var pod = spec["podTemplate"]?.object ?? JSONObject()
            pod["metadata"] = .object(wanted)
            spec["podTemplate"] = .object(pod)
            changed.document["spec"] = .object(spec)
            _ = try await api.replace(changed)
        }
        try await report(claim, sandbox, trouble: nil)
    }

    private func report(_ claim: SandboxClaim, _ sandbox: Sandbox?, trouble: (String, String)?) async throws {
        let isReady = sandbox?.isReady == true
        let (reason, message) = trouble ?? (isReady ? ("SandboxReady", "Sandbox is ready") : ("SandboxNotReady", ""))
        let ready = Condition(
            type: "Ready", status: isReady ? "True" : "False", reason: reason, message: message,
            lastTransitionTime: "2026-01-01T00:00:00Z", observedGeneration: claim.metadata.generation)
        var status: JSONObject = ["conditions": [.object(ready.document)]]
        if let sandbox { status["sandbox"] = ["name": .string(sandbox.name)] }
        guard claim.document["status"]?.object != status else { return }
        _ = try await api.document(
            for: APIRequest(
                .patch,
                "/apis/\(SandboxExtensions.group)/v1beta1/namespaces/\(claim.namespace ?? "")/sandboxclaims/\(claim.name)/status",
                body: ["status": .object(status)], contentType: "application/merge-patch+json"))
    }
}
