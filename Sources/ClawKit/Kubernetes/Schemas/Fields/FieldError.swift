package import ClawDocuments

/// What is wrong with one field of an object: a cause of a refusal, in Kubernetes' words.
package struct FieldError: Error, Sendable, Hashable {
    /// `FieldValueRequired`, `FieldValueInvalid`, `FieldValueNotSupported`, `FieldValueForbidden`, `FieldValueTypeInvalid`.
    package let reason: String
    package let field: String
    package let message: String

    package init(reason: String, field: String, message: String) {
        (self.reason, self.field, self.message) = (reason, field, message)
    }

    package static func required(_ field: String, _ detail: String = "") -> FieldError {
        FieldError(
            reason: "FieldValueRequired", field: field,
            message: detail.isEmpty ? "Required value" : "Required value: \(detail)")
    }

    package static func invalid(_ field: String, _ value: JSON, _ detail: String) -> FieldError {
        FieldError(reason: "FieldValueInvalid", field: field, message: "Invalid value: \(value): \(detail)")
    }

    package static func wrongType(_ field: String, _ value: JSON, expected: String) -> FieldError {
        FieldError(
            reason: "FieldValueTypeInvalid", field: field,
            message:
                "Invalid value: \"\(value.typeName)\": \(field) in body must be of type \(expected): \"\(value.typeName)\""
        )
    }

    package static func unsupported(_ field: String, _ value: JSON, _ supported: [String]) -> FieldError {
        FieldError(
            reason: "FieldValueNotSupported", field: field,
            message: "Unsupported value: \(value): supported values: "
                + supported.map { "\"\($0)\"" }.joined(separator: ", "))
    }

    package static func forbidden(_ field: String, _ detail: String) -> FieldError {
        FieldError(reason: "FieldValueForbidden", field: field, message: "Forbidden: \(detail)")
    }

    /// The message of a refusal: the causes list a problem as often as it was found, the message names it once.
    package static func refusal(kind: String, group: String, name: String, _ errors: [FieldError]) -> String {
        var told: Set<FieldError> = []
        let lines = errors.filter { told.insert($0).inserted }.map { "\($0.field): \($0.message)" }
        return "\(group.isEmpty ? kind : "\(kind).\(group)") \"\(name)\" is invalid: "
            + (lines.count == 1 ? lines[0] : "[\(lines.joined(separator: ", "))]")
    }
}
