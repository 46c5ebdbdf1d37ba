import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels

/// The templates that a StatefulSet or DaemonSet had, one ControllerRevision for each, which `kubectl rollout history`
/// shows and `kubectl rollout undo` goes back to.
/// <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/controller-revision-v1/>
struct TemplateRevisions: Sendable {
    private let client: KubernetesClient
    private let cache: ObjectCache<ControllerRevision>
    /// The label that holds a template's hash.
    private let hashLabel: String

    init(_ client: KubernetesClient, _ caches: SharedCaches, hashLabel: String) {
        self.client = client
        cache = caches.cache(ControllerRevision.self)
        self.hashLabel = hashLabel
    }

    /// An owner's revisions, the oldest first; those that a former owner of its kind and selector left are adopted.
    func list<Owner: Resource>(of owner: Owner, _ selector: LabelQuery) async throws -> [ControllerRevision] {
        var owned = cache.controlled(by: owner.uid ?? "")
        if !owner.isBeingDeleted, owned.isEmpty {
            for orphan in cache.all
            where orphan.namespace == owner.namespace && orphan.metadata.controllerReference == nil
                && !orphan.isBeingDeleted && selector.matches(orphan.labels)
            {
                var adopted = orphan
                adopted.metadata.ownerReferences.append(OwnerReference(controlling: owner))
                owned.append(try await client.replace(adopted))
            }
        }
        return owned.sorted {
            ($0.revision, $0.metadata.creationTimestamp ?? "", $0.name)
                < ($1.revision, $1.metadata.creationTimestamp ?? "", $1.name)
        }
    }

    /// The revision of the present template: the last, or an older one which becomes the last, or a new one.
    /// - Parameter collisions: how often a name was taken by another template; grows where that happens again.
    func current<Owner: Resource>(
        of owner: Owner, _ template: PodTemplateSpec, among known: [ControllerRevision], _ collisions: inout Int
    ) async throws -> ControllerRevision {
        let data = Self.data(template)
        let number = (known.last?.revision ?? 0) + 1
        if let same = known.last(where: { $0.data == data }) {
            if same.uid == known.last?.uid { return same }
            var newest = same
            newest.revision = number
            return try await client.replace(newest)
        }
        while true {
            let hash = TemplateHash.text(of: template, collisions: collisions)
            var labels = template.metadata?.labels ?? [:]
            labels[hashLabel] = hash
            let new = ControllerRevision(
                metadata: ObjectMeta(
                    name: "\(owner.name)-\(hash)", namespace: owner.namespace, labels: labels,
                    annotations: owner.annotations, ownerReferences: [OwnerReference(controlling: owner)]),
                revision: number, data: data)
            do {
                return try await client.create(new)
            } catch let error as KubernetesError where error.isAlreadyExists {
                let found = try await client.get(ControllerRevision.self, new.name, in: new.namespace)
                if found.data == data { return found }
                collisions += 1
            }
        }
    }

    /// Deletes the oldest of those that nobody uses, beyond the limit.
    func forget(_ known: [ControllerRevision], except used: Set<String>, limit: Int) async throws {
        let unused = known.filter { !used.contains($0.name) && !$0.isBeingDeleted }
        for revision in unused.prefix(max(0, unused.count - limit)) {
            try await client.deleteIfPresent(
                ControllerRevision.self, revision.name, in: revision.namespace, uid: revision.uid)
        }
    }

    /// What undoing patches the owner with.
    private static func data(_ template: PodTemplateSpec) -> JSON {
        var document = template.document
        document["$patch"] = "replace"
        return ["spec": ["template": .object(document)]]
    }
}

extension ControllerRevision {
    /// The template it keeps.
    var template: PodTemplateSpec? {
        guard var document = data?["spec"]?["template"]?.object else { return nil }
        document["$patch"] = nil
        return PodTemplateSpec(document: document)
    }
}
