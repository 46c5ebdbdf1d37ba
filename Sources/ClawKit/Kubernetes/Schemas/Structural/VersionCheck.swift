package import ClawDocuments
package import ClawModels

/// Everything that one version of a definition says of its objects, compiled.
package struct VersionCheck: Sendable {
    package let schema: StructuralSchema
    package let rules: ValidationRules?
    package let scale: ScalePaths?

    /// - Parameter version: a member of the definition's `spec.versions`.
    package init(version: JSON) {
        schema = version["schema"]?["openAPIV3Schema"].map { StructuralSchema.root($0) } ?? .anything
        rules = ValidationRules.compile(version["schema"]?["openAPIV3Schema"])
        scale = version["subresources"]?["scale"].flatMap(ScalePaths.init)
    }
}

/// Where a scale reads and writes.
package struct ScalePaths: Sendable {
    package let replicas: [String]
    package let statusReplicas: [String]
    package let selector: [String]?
    /// As the definition writes them.
    package let specPath: String
    package let statusPath: String

    package init?(_ json: JSON) {
        guard let replicas = json["specReplicasPath"]?.string, let status = json["statusReplicasPath"]?.string else {
            return nil
        }
        func steps(_ path: String) -> [String] { path.split(separator: ".").map(String.init) }
        (specPath, statusPath) = (replicas, status)
        self.replicas = steps(replicas)
        statusReplicas = steps(status)
        selector = json["labelSelectorPath"]?.string.map(steps)
    }
}

/// Holds custom resources against everything their definition says
/// (apiextensions-apiserver/pkg/registry/customresource/strategy.go).
extension VersionCheck {
    package struct Outcome: Sendable {
        package var errors: [FieldError] = []
        /// Of what was wrong before and is let through.
        package var warnings: [String] = []
    }

    /// - Parameter object: with defaults filled in and unknown fields removed.
    /// - Parameter isStatus: only the status is written.
    package func check(
        _ object: JSONObject, old: JSONObject?, type: ResourceType, isStatus: Bool = false
    ) -> Outcome {
        var outcome = Outcome()
        if object.string(.kind) != type.kind {
            outcome.errors.append(.invalid("kind", .string(object.string(.kind) ?? ""), "must be \(type.kind)"))
            return outcome
        }
        if let old {
            for name in ["labels", "annotations", "ownerReferences", "finalizers"]
            where object[.metadata]?[name] != old[.metadata]?[name] {
                outcome.errors += Self.metadataErrors(object)
                break
            }
        } else {
            outcome.errors += Self.metadataErrors(object)
        }
        if isStatus {
            if let status = object[.status], let part = schema.properties["status"] {
                outcome.errors += ValueCheck.errors(status, part, at: "status", old: old?[.status])
            }
        } else {
            outcome.errors += ValueCheck.errors(.object(object), schema, old: old.map(JSON.object))
            outcome.errors += schema.embeddedProblems(in: .object(object))
        }
        outcome.errors += scaleErrors(object, isStatus: isStatus)
        if old.map({ schema.repetitions(in: .object($0)).isEmpty }) ?? true {
            outcome.errors += schema.repetitions(in: .object(object))
        }
        if let rules {
            if outcome.errors.contains(where: { Self.blocking.contains($0.reason) }) {
                outcome.errors.append(
                    .invalid(
                        "<nil>", .null,
                        "some validation rules were not checked because the object was invalid; correct the existing errors to "
                            + "complete validation"))
            } else {
                let check = RuleCheck.check(object, old: old, rules)
                outcome.errors += check.errors
                outcome.warnings = check.warnings
            }
        }
        return outcome
    }

    /// Rules are not asked about objects that are wrong in these ways.
    private static let blocking: Set<String> = [
        "FieldValueNotSupported", "FieldValueRequired", "FieldValueTooLong", "FieldValueTooMany",
        "FieldValueTypeInvalid",
    ]

    private static func metadataErrors(_ object: JSONObject) -> [FieldError] {
        var errors = FieldErrors()
        MetadataRules.shared(Field(object)["metadata"], &errors)
        return errors.list
    }

    private func scaleErrors(_ object: JSONObject, isStatus: Bool) -> [FieldError] {
        guard let scale else { return [] }
        var errors: [FieldError] = []
        func check(_ steps: [String], _ path: String) {
            switch JSON.object(object).value(at: steps) {
            case nil, .null?: break
            case .integer(let count)?:
                if count < 0 {
                    errors.append(.invalid(path, .integer(count), "should be a non-negative integer"))
                } else if count > Int64(Int32.max) {
                    errors.append(.invalid(path, .integer(count), "should be less than or equal to \(Int32.max)"))
                }
            case let other?:
                errors.append(
                    .invalid(
                        path, 0,
                        ".\(steps.joined(separator: ".")) accessor error: \(GoText.value(other)) is of the type "
                            + "\(GoText.type(of: other)), expected int64"))
            }
        }
        if !isStatus { check(scale.replicas, scale.specPath) }
        check(scale.statusReplicas, scale.statusPath)
        return errors
    }
}
