package import ClawDocuments

/// What holds between the parts of an object: sets without repetitions, items with distinct keys, whole objects inside.
extension StructuralSchema {

    /// Elements of sets and items of maps that occur twice.
    package func repetitions(in value: JSON, at path: FieldPath = .root) -> [FieldError] {
        switch value {
        case .object(let object):
            var errors: [FieldError] = []
            for (name, member) in object {
                if let property = properties[name] {
                    errors += property.repetitions(in: member, at: .member(path, name))
                } else if case .schema(let schema) = additional {
                    errors += schema.repetitions(in: member, at: .key(path, name))
                }
            }
            return errors
        case .array(let elements):
            var errors: [FieldError] = []
            if listType == "set" {
                errors += Self.repeated(elements, at: path)
            } else if listType == "map" {
                for (index, element) in elements.enumerated() where element.object == nil && !element.isNull {
                    return [
                        .invalid(
                            "\(FieldPath.index(path, index))", element,
                            "must be an object for an array of list-type map")
                    ]
                }
                errors += Self.repeated(elements.map { .object(keys(of: $0)) }, at: path)
            }
            if case .schema(let schema) = items {
                for (index, element) in elements.enumerated() {
                    errors += schema.repetitions(in: element, at: .index(path, index))
                }
            }
            return errors
        default: return []
        }
    }

    private func keys(of element: JSON) -> JSONObject {
        var keys = JSONObject()
        for name in listMapKeys { keys[name] = element[name] }
        return keys
    }

    /// Told once for each value, at its second place.
    private static func repeated(_ values: [JSON], at path: FieldPath) -> [FieldError] {
        var seen: [JSON: Int] = [:]
        var errors: [FieldError] = []
        for (index, value) in values.enumerated() {
            seen[value, default: 0] += 1
            if seen[value] == 2 {
                errors.append(
                    FieldError(
                        reason: "FieldValueDuplicate", field: "\(FieldPath.index(path, index))",
                        message: "Duplicate value: \(value)"))
            }
        }
        return errors
    }

    /// What is wrong with whole objects within this one (`x-kubernetes-embedded-resource`).
    package func embeddedProblems(in value: JSON, at path: FieldPath = .root) -> [FieldError] {
        var errors: [FieldError] = []
        switch value {
        case .object(let object):
            if isEmbeddedResource { errors += Self.problems(ofEmbedded: object, at: path) }
            for (name, member) in object {
                if let property = properties[name] {
                    errors += property.embeddedProblems(in: member, at: .member(path, name))
                } else if case .schema(let schema) = additional {
                    errors += schema.embeddedProblems(in: member, at: .key(path, name))
                }
            }
        case .array(let elements):
            guard case .schema(let schema) = items else { return [] }
            for (index, element) in elements.enumerated() {
                errors += schema.embeddedProblems(in: element, at: .index(path, index))
            }
        default: break
        }
        return errors
    }

    private static func problems(ofEmbedded object: JSONObject, at path: FieldPath) -> [FieldError] {
        var errors = FieldErrors()
        let whole = Field(path, .object(object))
        for name in ["apiVersion", "kind"] {
            let field = whole[name]
            switch field.value {
            case nil: errors.required(field)
            case .string(let text)?:
                if text.isEmpty {
                    errors.invalid(field, "must not be empty")
                } else if name == "kind" {
                    let problems = NameRules.letterLabel(text.lowercased())
                    if !problems.isEmpty {
                        errors.invalid(
                            field, "may have mixed case, but should otherwise match: \(problems.joined(separator: ","))"
                        )
                    }
                } else if text.filter({ $0 == "/" }).count > 1 {
                    errors.invalid(field, "unexpected GroupVersion string: \(text)")
                }
            default: errors.invalid(field, "must be a string")
            }
        }
        if case .object? = whole["metadata"].value { MetadataRules.shared(whole["metadata"], &errors) }
        return errors.list
    }
}
