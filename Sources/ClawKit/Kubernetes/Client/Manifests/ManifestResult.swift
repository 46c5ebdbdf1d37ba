/// What became of one object of a manifest.
public struct ManifestResult: Sendable {
    public enum Outcome: Sendable, Hashable {
        case created
        /// Which fields differ from before, as paths: `spec.template.spec.containers[0].image`.
        case changed(fields: [String])
        case unchanged
        /// Deleted because asked for.
        case deleted
        /// There was nothing to delete.
        case absent
        /// Deleted because it is no longer in its ``ApplySet``.
        case pruned
        /// The server, or a check before it, said no; the object is as it was.
        case refused(Finding)
    }

    public let object: ManifestReference
    /// Where it stands in the manifest; empty for pruned objects.
    public let source: String
    public let outcome: Outcome
    /// As it is now, or would be; nil for what is gone or was refused.
    public let live: DynamicObject?
    /// What could not be checked.
    public let note: Finding?
    public let isDryRun: Bool

    init(
        _ object: ManifestReference, source: String = "", _ outcome: Outcome, live: DynamicObject? = nil,
        note: Finding? = nil, isDryRun: Bool = false
    ) {
        (self.object, self.source, self.outcome, self.live) = (object, source, outcome, live)
        (self.note, self.isDryRun) = (note, isDryRun)
    }

    public var refusal: Finding? { if case .refused(let finding) = outcome { finding } else { nil } }
}

extension ManifestResult: CustomStringConvertible {
    /// `deployment.apps/web created`, as kubectl says it.
    public var description: String {
        let what =
            switch outcome {
            case .created: "created"
            case .changed: "configured"
            case .unchanged: "unchanged"
            case .deleted: "deleted"
            case .absent: "not found"
            case .pruned: "pruned"
            case .refused(let finding): "refused: \(finding.message)"
            }
        return "\(object) \(what)\(isDryRun ? " (server dry run)" : "")"
    }
}

extension FindingCode {
    /// The server refused an object of a manifest; the details hold its reason and code.
    public static let refused = FindingCode(rawValue: "E_REFUSED")
    /// An object could not be checked in a dry run.
    public static let unchecked = FindingCode(rawValue: "W_UNCHECKED")
}

extension Finding {
    /// Why an object was refused, of whatever a verb threw.
    init(refusal error: any Error, at source: String) {
        switch error {
        case let finding as Finding:
            self = finding
            if field == nil { field = source }
        case let error as KubernetesError:
            var details = ["code": "\(error.code)", "reason": error.reason]
            var message = error.message.hasSuffix(".") ? error.message : error.message + "."
            let conflicts = error.applyConflicts
            if !conflicts.isEmpty {
                details["conflicts"] = conflicts.map { "\($0.field) (\($0.manager))" }.joined(separator: ", ")
                message += " Apply with force to take the fields over, or leave them out."
            }
            self.init(.refused, message, field: source, details: details)
        case is TransportError: self.init(.unreachable, "\(error)", field: source)
        default: self.init(.refused, "\(error)", field: source)
        }
    }
}
