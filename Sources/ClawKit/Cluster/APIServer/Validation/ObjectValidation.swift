import ClawDocuments
import ClawSchemas

/// Holds objects of the built-in kinds against their rules.
enum ObjectValidation {
    /// - Parameter type: the schema's name in the field table.
    static func errors(creating object: JSONObject, _ rules: KindRules, as type: String) -> [APIStatus.FieldError] {
        var errors = FieldErrors()
        let field = Field(object)
        MetadataRules.check(field["metadata"], name: rules.name, &errors)
        if let check = rules.check {
            check(field, &errors)
        } else {
            errors.append(missing(object, type))
        }
        rules.checkNew?(field, &errors)
        return errors.list
    }

    /// - Parameter writtenUID: the uid as the writer sent it, before the server took over what it keeps.
    static func errors(
        updating object: JSONObject, from old: JSONObject, writtenUID: String?, _ rules: KindRules, as type: String,
        subresource: String?
    ) -> [APIStatus.FieldError] {
        var errors = FieldErrors()
        let (new, live) = (Field(object), Field(old))
        // The server asks twice: for every kind, and in the kind's own rules.
        for _ in 0..<2 { checkMetadata(new["metadata"], live["metadata"], writtenUID, &errors) }
        switch subresource {
        case "ephemeralcontainers": PodChanges.check(ephemeral: new, live, &errors)
        case "resize": PodChanges.check(resize: new, live, &errors)
        default: break
        }
        // What was valid and did not change is valid.
        guard subresource == nil, !new.hasSameDesiredState(as: live) else { return errors.list }
        rules.change?(new, live, &errors)
        if let check = rules.check { check(new, &errors) } else { errors.append(missing(object, type)) }
        return errors.list
    }

    private static func checkMetadata(_ new: Field, _ old: Field, _ uid: String?, _ errors: inout FieldErrors) {
        if let uid, uid != old["uid"].string { errors.invalid(new["uid"], "field is immutable", showing: .string(uid)) }
        for name in ["labels", "annotations", "ownerReferences", "finalizers"] where new[name].value != old[name].value
        {
            return MetadataRules.shared(new, &errors)
        }
    }

    private static func missing(_ object: JSONObject, _ type: String) -> [APIStatus.FieldError] {
        SchemaTable.kubernetes.inspect(object, as: type).missing.map { .required($0) }
    }
}

extension Field {
    /// Whether nothing but metadata and status differs.
    fileprivate func hasSameDesiredState(as other: Field) -> Bool {
        guard case .object(let a)? = value, case .object(let b)? = other.value else { return false }
        return !a.differsInDesiredState(from: b)
    }
}
