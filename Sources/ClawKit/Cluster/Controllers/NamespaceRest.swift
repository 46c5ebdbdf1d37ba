import ClawBase
import ClawDocuments
import ClawModels

/// What is left in a namespace that is being deleted, told in the conditions that Kubernetes tells it in.
struct NamespaceRest {
    private var counts: [String: Int] = [:]
    private var finalizers: [String: Int] = [:]

    var isEmpty: Bool { counts.isEmpty }

    mutating func add(_ objects: [JSONObject], of collection: ObjectStore.Collection) {
        if objects.isEmpty { return }
        counts[collection.group.isEmpty ? "\(collection.plural)." : collection.description] = objects.count
        for object in objects { for name in object.finalizers { finalizers[name, default: 0] += 1 } }
    }

    /// The conditions; those that do not change keep their times.
    func conditions(_ old: [NamespaceCondition], now: Timestamp) -> [NamespaceCondition] {
        func list(_ counts: [String: Int], _ text: (String, Int) -> String) -> String {
            counts.sorted { $0.key < $1.key }.map { text($0.key, $0.value) }.joined(separator: ", ")
        }
        let content = list(counts) { "\($0) has \($1) resource instances" }
        let held = list(finalizers) { "\($0) in \($1) resource instances" }
        return [
            ("NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "All resources successfully discovered"),
            ("NamespaceDeletionGroupVersionParsingFailure", false, "ParsedGroupVersions", "All legacy kube types successfully parsed"),
            (
                "NamespaceDeletionContentFailure", false, "ContentDeleted",
                "All content successfully deleted, may be waiting on finalization"
            ),
            (
                "NamespaceContentRemaining", !counts.isEmpty, counts.isEmpty ? "ContentRemoved" : "SomeResourcesRemain",
                counts.isEmpty ? "All content successfully removed" : "Some resources are remaining: \(content)"
            ),
            (
                "NamespaceFinalizersRemaining", !finalizers.isEmpty,
                finalizers.isEmpty ? "ContentHasNoFinalizers" : "SomeFinalizersRemain",
                finalizers.isEmpty
                    ? "All content-preserving finalizers finished" : "Some content in the namespace has finalizers remaining: \(held)"
            ),
        ].map { type, isTrue, reason, message in
            let status = isTrue ? "True" : "False"
            let before = old.first { $0.type == type && $0.status == status }
            return NamespaceCondition(
                type: type, status: status, reason: reason, message: message,
                lastTransitionTime: before?.lastTransitionTime ?? now.rfc3339())
        }
    }
}
