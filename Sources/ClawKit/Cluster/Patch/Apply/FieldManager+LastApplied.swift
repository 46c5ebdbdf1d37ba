import ClawDocuments
import ClawSchemas

// `kubectl apply --server-side` of an object that `kubectl apply` made: what the annotation says was applied, and
// still is so, does not conflict; and the annotation follows, so that one can go back.
// <https://kubernetes.io/docs/reference/using-api/server-side-apply/> says how in "Migration between …".
extension FieldManager {
    private static let annotation = "kubectl.kubernetes.io/last-applied-configuration"
    /// Of all annotations together, in bytes.
    private static let mostAnnotationBytes = 256 << 10

    /// The forced result where all conflicts are with what kubectl itself applied before; nil where nothing was.
    func upgradeFromLastApplied(
        _ configuration: JSONObject, _ live: JSONObject, _ conflict: ApplyConflict, _ manager: String,
        _ managed: ManagedFields
    ) throws(PatchError) -> Applied? {
        guard manager == "kubectl", let mine = fieldsLastApplied(live) else { return nil }
        var rest = conflict
        for (other, fields) in conflict.fields {
            let left = fields.subtracting(mine)
            rest.fields[other] = left.isEmpty ? nil : left
        }
        guard rest.fields.isEmpty else { throw rest.error }
        do {
            return try merge(configuration, into: live, manager, managed, force: true)
        } catch {
            throw error as? PatchError ?? .unexpected("\(error)")
        }
    }

    private func fieldsLastApplied(_ live: JSONObject) -> FieldSet? {
        guard let text = lastApplied(in: live), let parsed = try? JSONParser.parse(Array(text.utf8)),
            let last = parsed.object, last["apiVersion"]?.string == apiVersion,
            walker.problems(of: last, schema) == nil
        else { return nil }
        let changes = walker.changes(from: last, to: live, schema)
        return walker.fields(of: last, schema).subtracting(changes.modified).subtracting(changes.added)
            .subtracting(changes.removed)
    }

    func updatingLastApplied(in object: JSONObject, _ configuration: JSONObject, _ manager: String) -> JSONObject {
        guard manager == "kubectl", lastApplied(in: object) != nil else { return object }
        var applied = configuration
        applied.modify("metadata") { metadata in
            guard case .object(var annotations)? = metadata?["annotations"] else { return }
            annotations[Self.annotation] = nil
            metadata?["annotations"] = annotations.isEmpty ? nil : .object(annotations)
        }
        let text = GoText.json(.object(applied), sorted: true) + "\n"
        var annotations = object["metadata"]?["annotations"]?.object ?? [:]
        annotations[Self.annotation] = .string(text)
        let bytes = annotations.reduce(0) { $0 + $1.name.utf8.count + ($1.value.string?.utf8.count ?? 0) }
        if bytes > Self.mostAnnotationBytes { annotations[Self.annotation] = nil }
        var result = object
        result.modify("metadata") { $0?["annotations"] = .object(annotations) }
        return result
    }

    private func lastApplied(in object: JSONObject) -> String? {
        guard let text = object["metadata"]?["annotations"]?[Self.annotation]?.string, !text.isEmpty else { return nil }
        return text
    }
}
