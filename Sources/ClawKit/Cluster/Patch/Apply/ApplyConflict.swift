import ClawDocuments
import ClawSchemas

/// Fields that an apply would change though other managers own them.
struct ApplyConflict: Error {
    var fields: [ManagedFields.Manager: FieldSet]

    init(_ fields: [ManagedFields.Manager: FieldSet]) { self.fields = fields }

    /// 409 with a cause for each field, in Kubernetes' words.
    var error: PatchError {
        let managers = fields.sorted { Self.precedes($0.key, $1.key) }.map { (Self.text($0.key), $0.value.paths) }
        let causes = managers.flatMap { manager, paths in
            paths.map { path in
                PatchError.Cause(
                    reason: "FieldManagerConflict", message: "conflict with \(manager)", field: Self.text(path))
            }
        }
        let message: String
        if let cause = causes.first, causes.count == 1 {
            message = "Apply failed with 1 conflict: \(cause.message): \(cause.field)"
        } else {
            let lines = managers.flatMap { manager, paths in
                ["conflicts with \(manager):"] + paths.map { "- \(Self.text($0))" }
            }
            message = "Apply failed with \(causes.count) conflicts: \(lines.joined(separator: "\n"))"
        }
        return PatchError(409, "Conflict", message, causes: causes)
    }

    private static func text(_ path: [PathElement]) -> String { path.map(\.description).joined() }

    private static func text(_ manager: ManagedFields.Manager) -> String {
        var text = GoText.quoted(.string(manager.name))
        if !manager.subresource.isEmpty { text += " with subresource \(GoText.quoted(.string(manager.subresource)))" }
        if let version = manager.apiVersion { text += " using \(version)" }
        return text
    }

    private static func precedes(_ a: ManagedFields.Manager, _ b: ManagedFields.Manager) -> Bool {
        func rank(_ manager: ManagedFields.Manager) -> [String] {
            [manager.name, manager.operation.rawValue, manager.apiVersion ?? "", manager.subresource]
        }
        return rank(a).lexicographicallyPrecedes(rank(b))
    }
}
