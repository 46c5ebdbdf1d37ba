import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// What is looked at before an operation begins that is to make a runtime run: whatever speaks against it is told with
/// its code, and nothing is made. A warning (`W_…`) is kept with the operation.
///
/// It looks at the cluster as it is now; the runtime's controller goes on looking while the operation runs.
struct RuntimePreflight: Sendable {
    let api: any KubernetesAPI

    /// - Throws: ``KubernetesError``, ``TransportError`` where the cluster cannot be asked.
    func findings(_ verb: RuntimeVerb, _ target: String, _ parameters: RuntimeParameters) async throws -> [Finding] {
        if verb == .suspend { return try await suspensionFindings(target) }
        guard verb.aim == .ready, let (project, name) = RuntimeTarget.parse(target) else { return [] }
        if let finding = try await projectFinding(project) { return [finding] }
        let there = try await api.find(Runtime.self, name, in: project)
        // One that is gone, or is another by now, is the first step's to refuse.
        guard verb == .create || there != nil, parameters.uid == nil || there?.uid == parameters.uid else { return [] }
        var declared = Runtime(
            metadata: ObjectMeta(name: name, namespace: project),
            spec: RuntimeSpec(
                user: parameters.user ?? "", template: parameters.template, capacity: parameters.capacity))
        RestWords(parameters.rest)?.write(to: &declared.spec)
        let runtime = there ?? declared
        var findings = try await specFindings(runtime)
        let pod = try await api.find(Pod.self, name, in: project)
        if let pod, !Self.isRuntimes(pod, name) {
            findings.append(
                Finding(
                    .nameTaken,
                    "A pod '\(name)' is there already and is no runtime's; remove it or choose another name.",
                    field: "name"))
        }
        let volume = try await volume(of: name, in: project)
        if let volume, !Self.mayHave(volume, runtime) {
            findings.append(
                Finding(
                    .volumeTaken,
                    "The volume '\(volume.name)' holds the data of somebody else; remove it or choose another name.",
                    field: "user"))
        }
        // What runs elsewhere needs neither.
        if runtime.spec.placement != nil { return findings }
        // A pod of a pool is its own already.
        let needsPod = pod == nil && there?.status.pool == nil
        findings += try await quotaFindings(runtime, in: project, needsPod: needsPod, needsVolume: volume == nil)
        if try await !hasReadyNode() {
            findings.append(Finding(.noNode, "No node of the cluster is ready: the runtime waits until one is."))
        }
        return findings
    }

    private func suspensionFindings(_ target: String) async throws -> [Finding] {
        guard let (project, name) = RuntimeTarget.parse(target),
            try await api.find(Runtime.self, name, in: project)?.spec.placement != nil
        else { return [] }
        return [
            Finding(
                .unsupported,
                "What runs on enrolled capacity cannot be suspended from here: its program would go on. Ask for stop, which "
                    + "gives its place back.")
        ]
    }

    /// The one of its name, else one that came with a pod of a pool.
    private func volume(of name: String, in project: String) async throws -> PersistentVolumeClaim? {
        let own = RuntimeCell.volumeName(of: name)
        if let found = try await api.find(PersistentVolumeClaim.self, own, in: project) { return found }
        let selection = Selection(labelSelector: "\(RuntimeCell.runtimeLabel)=\(name),\(PoolMember.poolLabel)")
        return try await api.list(PersistentVolumeClaim.self, in: project, matching: selection).items.first
    }

    private func projectFinding(_ name: String) async throws -> Finding? {
        guard let project = try await api.find(Project.self, name) else {
            return Finding(.notFound, "There is no project '\(name)'; check the name.", field: "project")
        }
        if try await api.find(Tenant.self, project.tenant)?.spec.suspended ?? false { return .isSuspended(project.tenant) }
        if project.isReady { return nil }
        return Finding(.notReady, "Project \(name) has no namespace yet; see the project, and try again.")
    }

    /// Against the templates, models and layers there are, as far as they are published.
    private func specFindings(_ runtime: Runtime) async throws -> [Finding] {
        let map = try await api.find(ConfigMap.self, PlatformSettings.name, in: PlatformSettings.namespace)
        guard var context = map.flatMap({ PlatformSettings.context(from: $0) }) else { return [] }
        try await context.complete(for: runtime, from: api)
        if let project = try await api.find(Project.self, runtime.namespace ?? "") {
            do {
                context.policy = .success(try await api.policy(of: project, user: runtime.spec.user))
            } catch let finding as Finding {
                context.policy = .failure(finding)
            }
        }
        return RuntimeKind.admit(runtime, context)
    }

    // MARK: what has the name

    private static func isRuntimes(_ pod: Pod, _ name: String) -> Bool {
        Runtime.owner(of: pod)?.name == name
    }

    /// A kept volume holds a user's data: it goes back to that user only.
    private static func mayHave(_ volume: PersistentVolumeClaim, _ runtime: Runtime) -> Bool {
        if let owner = volume.metadata.controllerReference {
            return owner.kind == Runtime.type.kind && owner.name == runtime.name
        }
        return volume.labels[RuntimeCell.userLabel] == runtime.spec.user
    }

    // MARK: room

    private func quotaFindings(
        _ runtime: Runtime, in project: String, needsPod: Bool, needsVolume: Bool
    ) async throws -> [Finding] {
        var asked: [String: Quantity] = [:]
        if needsPod { for name in ["pods", "count/pods"] { asked[name] = "1" } }
        if needsVolume {
            for name in ["persistentvolumeclaims", "count/persistentvolumeclaims"] { asked[name] = "1" }
            asked["requests.storage"] = runtime.spec.volumeSize
        }
        if asked.isEmpty { return [] }
        var findings: [Finding] = []
        // One with scopes does not count for every pod; the cluster judges by it.
        for quota in try await api.list(ResourceQuota.self, in: project).items where !quota.hasScopes {
            for (name, amount) in asked.sorted(by: { $0.key < $1.key }) {
                guard let hard = quota.status?.hard[name]?.nanoUnits, let wanted = amount.nanoUnits else { continue }
                let used = quota.status?.used[name]
                guard (used?.nanoUnits ?? 0) + wanted > hard else { continue }
                let limit = quota.status?.hard[name]?.text ?? ""
                findings.append(
                    Finding(
                        .projectQuota,
                        "Project \(project) has \(used?.text ?? "0") of \(limit) \(name) in use, and \(amount) more "
                            + "are needed; delete something, or ask for a larger quota.", field: "project",
                        details: ["resource": name, "hard": limit, "used": used?.text ?? "0", "asked": amount.text]))
            }
        }
        return findings
    }

    /// True also where this may not be looked at.
    private func hasReadyNode() async throws -> Bool {
        do {
            for try await page in api.pages(Node.self, pageSize: 100) {
                let isThere = page.items.contains { node in
                    node.spec?.unschedulable != true
                        && node.status?.conditions.contains { $0.type == "Ready" && $0.status == "True" } == true
                }
                if isThere { return true }
            }
            return false
        } catch let error as KubernetesError where error.isForbidden {
            return true
        }
    }
}

extension ResourceQuota {
    fileprivate var hasScopes: Bool { spec?.scopes.isEmpty == false || spec?.scopeSelector != nil }
}

extension FindingCode {
    /// A project's quota has no room.
    static let projectQuota = FindingCode(rawValue: "E_QUOTA_PROJECT")
    /// Nothing can be scheduled for now.
    static let noNode = FindingCode(rawValue: "W_NO_NODE")
}
