import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
@testable import ClawPlatform
import Foundation
import HTTPTypes

/// agent-sandbox in small: the kind Sandbox as its v1beta1 has it, and a controller that does what the real one does.
/// <https://github.com/kubernetes-sigs/agent-sandbox>
final class AgentSandboxes: Sendable {
    private let api: any KubernetesAPI
    private let caches: SharedCaches

    private let pause: Duration

    /// - Parameter pause: how long after a pod has gone it says so.
    init(_ api: some KubernetesAPI, pause: Duration = .zero) {
        (self.api, caches, self.pause) = (api, SharedCaches(api), pause)
    }

    /// The project's own definitions, where the variable names a directory with them, as JSON: `k8s/crds` of its
    /// repository, with `.json` for `.yaml`.
    private static let realDefinitions = ProcessInfo.processInfo.environment["CLAWKIT_AGENT_SANDBOX_CRDS"]

    /// - Returns: whether there is one.
    static func installReal(_ group: String, _ plural: String, in client: KubernetesClient) async throws -> Bool {
        guard let realDefinitions else { return false }
        let text = try Data(contentsOf: URL(filePath: "\(realDefinitions)/\(group)_\(plural).json"))
        var definition = CustomResourceDefinition(
            document: try JSONParser.parse(Array(text)).object ?? JSONObject(), type: CustomResourceDefinition.type)
        // Its webhook is not there; and nobody asks for another version.
        definition.spec.conversion = nil
        _ = try await client.create(definition)
        return true
    }

    /// - Parameter version: as which the cluster serves it.
    static func install(in client: KubernetesClient, version: String = Sandbox.version) async throws {
        if version == Sandbox.version, try await installReal("agents.x-k8s.io", "sandboxes", in: client) { return }
        let text: JSON = ["type": "string"]
        let texts: JSON = ["type": "object", "additionalProperties": text]
        let anything: JSON = ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
        let template: JSON = [
            "type": "object", "required": ["spec"],
            "properties": [
                "metadata": ["type": "object", "properties": ["labels": texts, "annotations": texts]], "spec": anything,
            ],
        ]
        let spec: JSON = [
            "type": "object", "required": ["podTemplate"],
            "properties": [
                "podTemplate": template, "service": ["type": "boolean"],
                "volumeClaimTemplates": ["type": "array", "items": anything],
                "operatingMode": ["type": "string", "enum": ["Running", "Suspended"], "default": "Running"],
                "shutdownTime": ["type": "string", "format": "date-time"],
                "shutdownPolicy": ["type": "string", "enum": ["Delete", "Retain"], "default": "Retain"],
            ],
        ]
        let schema: JSON = ["type": "object", "required": ["spec"], "properties": ["spec": spec, "status": anything]]
        _ = try await client.create(
            CustomResourceDefinition(document: [
                "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                "metadata": ["name": "sandboxes.agents.x-k8s.io"],
                "spec": [
                    "group": "agents.x-k8s.io", "scope": "Namespaced",
                    "names": ["kind": "Sandbox", "plural": "sandboxes", "singular": "sandbox"],
                    "versions": [
                        [
                            "name": .string(version), "served": true, "storage": true, "subresources": ["status": [:]],
                            "schema": ["openAPIV3Schema": schema],
                        ]
                    ],
                ],
            ]))
    }

    func run() async throws {
        let sandboxes = caches.cache(Sandbox.self)
        let controller = Controller("sandboxes", caches: caches, logger: silent) { [self] key in
            guard let sandbox = sandboxes[key], !sandbox.isBeingDeleted else { return .settled }
            try await reconcile(sandbox)
            return .settled
        }
        .reconciles(Sandbox.self).watches(Pod.self) { [ObjectKey($0)] }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await self.caches.run() }
            group.addTask { try await controller.run() }
        }
    }

    // MARK: as the real one

    private func reconcile(_ sandbox: Sandbox) async throws {
        let hash = Self.nameHash(sandbox.name)
        var failure = try await makeVolumes(sandbox, hash)
        var pod = try await api.find(
            Pod.self, sandbox.annotations[Sandbox.podNameAnnotation] ?? sandbox.name, in: sandbox.namespace)
        let isOwn = pod?.metadata.controllerReference?.uid == sandbox.uid
        if sandbox.operatingMode == .suspended {
            if let pod, isOwn, !pod.isBeingDeleted {
                try await api.deleteIfPresent(Pod.self, pod.name, in: pod.namespace, uid: pod.uid)
            } else if pod == nil, sandbox.annotations[Sandbox.podNameAnnotation] != nil {
                try await name(nil, sandbox)
            }
        } else if let live = pod {
            if isOwn {
                pod = try await propagate(sandbox, to: live)
                try await name(live.name, sandbox)
            } else {
                failure = "pod \"\(live.name)\" is not owned by sandbox \"\(sandbox.name)\""
                pod = nil
            }
        } else if failure == nil {
            pod = try await api.create(Self.pod(of: sandbox, hash))
            try await name(sandbox.name, sandbox)
        }
        try await serve(sandbox, hash)
        if sandbox.operatingMode == .suspended, pod == nil, pause > .zero { try await caches.time.sleep(for: pause) }
        try await report(sandbox, pod, failure, hash)
    }

    private static func volumes(of sandbox: Sandbox) -> [(name: String, template: JSON)] {
        (sandbox.document["spec"]?["volumeClaimTemplates"]?.array ?? []).map {
            ($0["metadata"]?["name"]?.string ?? "", $0)
        }
    }

    /// - Returns: why one cannot be used: it takes only its own, and of those that are nobody's what it has made itself.
    private func makeVolumes(_ sandbox: Sandbox, _ hash: String) async throws -> String? {
        let label = "agents.x-k8s.io/sandbox-name-hash"
        for (name, template) in Self.volumes(of: sandbox) {
            let full = "\(name)-\(sandbox.name)"
            if let live = try await api.find(PersistentVolumeClaim.self, full, in: sandbox.namespace) {
                let owner = live.metadata.controllerReference
                if let owner, owner.uid != sandbox.uid { return "PVC \"\(full)\" is owned by \(owner.kind)/\(owner.name)" }
                if owner == nil { return "cannot adopt unowned PVC \"\(full)\"" }
                continue
            }
            var document = JSONObject()
            document["spec"] = template["spec"]
            var claim = PersistentVolumeClaim(document: document, type: PersistentVolumeClaim.type)
            var labels = [label: hash]
            for (key, value) in template["metadata"]?["labels"]?.object ?? JSONObject() { labels["\(key)"] = value.string }
            claim.metadata = ObjectMeta(
                name: full, namespace: sandbox.namespace, labels: labels,
                ownerReferences: [OwnerReference(controlling: sandbox)])
            _ = try await api.create(claim)
        }
        return nil
    }

    private static func pod(of sandbox: Sandbox, _ hash: String) -> Pod {
        let template = sandbox.document["spec"]?["podTemplate"]
        var document = JSONObject()
        document["spec"] = template?["spec"]
        var pod = Pod(document: document, type: Pod.type)
        let stated = template?["metadata"]?["labels"]?.object ?? JSONObject()
        var labels: [String: String] = [:]
        for (key, value) in stated { labels["\(key)"] = value.string }
        labels["agents.x-k8s.io/sandbox-name-hash"] = hash
        pod.metadata = ObjectMeta(
            name: sandbox.name, namespace: sandbox.namespace, labels: labels,
            ownerReferences: [OwnerReference(controlling: sandbox)])
        pod.annotations = sandbox.podAnnotations
        for (name, _) in volumes(of: sandbox) {
            pod.spec?.volumes.removeAll { $0.name == name }
            pod.spec?.volumes.append(
                Volume(name: name, persistentVolumeClaim: .init(claimName: "\(name)-\(sandbox.name)")))
        }
        return pod
    }

    /// Labels and annotations of the template reach a pod that is there; its spec stays.
    private func propagate(_ sandbox: Sandbox, to pod: Pod) async throws -> Pod {
        let changed = sandbox.podAnnotations.filter { pod.annotations[$0.key] != $0.value }
        guard !changed.isEmpty else { return pod }
        let annotations = JSONObject(changed.sorted { $0.key < $1.key }.map { ($0.key, JSON.string($0.value)) })
        return try await api.mergePatch(
            Pod.self, pod.name, in: pod.namespace, ["metadata": ["annotations": .object(annotations)]])
    }

    private func name(_ pod: String?, _ sandbox: Sandbox) async throws {
        guard sandbox.annotations[Sandbox.podNameAnnotation] != pod else { return }
        _ = try await api.mergePatch(
            Sandbox.self, sandbox.name, in: sandbox.namespace,
            ["metadata": ["annotations": [Sandbox.podNameAnnotation: pod.map(JSON.string) ?? .null]]])
    }

    private func serve(_ sandbox: Sandbox, _ hash: String) async throws {
        guard sandbox.document["spec"]?["service"]?.bool == true,
            try await api.find(Service.self, sandbox.name, in: sandbox.namespace) == nil
        else { return }
        let label = ["agents.x-k8s.io/sandbox-name-hash": hash]
        _ = try await api.create(
            Service(
                metadata: ObjectMeta(
                    name: sandbox.name, namespace: sandbox.namespace, labels: label,
                    ownerReferences: [OwnerReference(controlling: sandbox)]),
                spec: ServiceSpec(clusterIP: "None", selector: label)))
    }

    private func report(_ sandbox: Sandbox, _ pod: Pod?, _ failure: String?, _ hash: String) async throws {
        let isSuspended = sandbox.operatingMode == .suspended
        var conditions: [(type: String, isTrue: Bool, reason: String, message: String)] = []
        conditions.append(
            !isSuspended
                ? ("Suspended", false, "NotSuspended", "Sandbox is not suspended")
                : pod == nil
                    ? ("Suspended", true, "PodTerminated", "Pod has been terminated")
                    : ("Suspended", false, "PodTerminating", "Pod is terminating"))
        let isPodReady = pod?.status?.conditions.contains { $0.type == "Ready" && $0.status == "True" } ?? false
        let hasAddress = !(pod?.status?.podIP ?? "").isEmpty
        switch pod?.status?.phase {
        case _ where failure != nil:
            conditions.append(("Ready", false, "ReconcilerError", "Error seen: \(failure ?? "")"))
        case _ where isSuspended: conditions.append(("Ready", false, "SandboxSuspended", "Sandbox is suspended"))
        case "Succeeded": conditions.append(("Ready", false, "PodSucceeded", "Pod completed successfully"))
        case "Failed": conditions.append(("Ready", false, "PodFailed", "Pod failed"))
        case "Running" where isPodReady && hasAddress:
            conditions.append(("Ready", true, "DependenciesReady", "Pod is Ready; Service Exists"))
        case let phase:
            conditions.append(("Ready", false, "DependenciesNotReady", "Pod exists with phase: \(phase ?? "none")"))
        }
        let stated = sandbox.document["status"]?["conditions"]?.array ?? []
        let old = stated.compactMap(\.object).map { Condition(document: $0) }
        let new = conditions.map { fact in
            let status = fact.isTrue ? "True" : "False"
            let since = old.first { $0.type == fact.type && $0.status == status }?.lastTransitionTime
            return Condition(
                type: fact.type, status: status, reason: fact.reason, message: fact.message,
                lastTransitionTime: since ?? caches.time.now.rfc3339(), observedGeneration: sandbox.metadata.generation)
        }
        var status: JSONObject = ["conditions": .array(new.map { .object($0.document) })]
        if sandbox.document["spec"]?["service"]?.bool == true {
            status["service"] = .string(sandbox.name)
            status["serviceFQDN"] = .string("\(sandbox.name).\(sandbox.namespace ?? "").svc.cluster.local")
        }
        if let pod {
            status["selector"] = .string("agents.x-k8s.io/sandbox-name-hash=\(hash)")
            status["nodeName"] = pod.spec?.nodeName.map(JSON.string)
            if let address = pod.status?.podIP { status["podIPs"] = [.string(address)] }
        }
        guard sandbox.document["status"]?.object != status else { return }
        _ = try await api.document(
            for: APIRequest(
                .patch,
                "/apis/agents.x-k8s.io/v1beta1/namespaces/\(sandbox.namespace ?? "")/sandboxes/\(sandbox.name)/status",
                body: ["status": .object(status)], contentType: "application/merge-patch+json"))
    }

    /// FNV-1a of 32 bits, as eight hexadecimal digits.
    private static func nameHash(_ name: String) -> String {
        let hash = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
