import ClawDocuments

/// Lists, maps and objects.
extension Constraint {
    /// How many elements a list, or members a map, may have.
    public static func count(_ range: some LimitRange<Int>) -> Constraint {
        let (least, most) = (
            range.lowest.map { JSON.integer(Int64($0)) }, range.highest.map { JSON.integer(Int64($0)) }
        )
        return Constraint { draft in
            let isList = draft.schema["type"] == "array"
            if let least { draft.schema[isList ? "minItems" : "minProperties"] = least }
            if let most { draft.schema[isList ? "maxItems" : "maxProperties"] = most }
        }
    }

    /// The elements are distinct, and appliers own them one by one.
    /// <https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy>
    public static let set = Constraint { $0.schema["x-kubernetes-list-type"] = "set" }

    /// The elements are told apart by these of their fields, and appliers own them one by one.
    public static func map(keys: String...) -> Constraint {
        Constraint {
            $0.schema["x-kubernetes-list-type"] = "map"
            $0.schema["x-kubernetes-list-map-keys"] = .array(keys.map(JSON.string))
        }
    }

    /// Appliers own the list, map or object as a whole.
    public static let atomic = Constraint {
        $0.schema[$0.schema["type"] == "array" ? "x-kubernetes-list-type" : "x-kubernetes-map-type"] = "atomic"
    }

    /// What holds for each element of a list, or each value of a map.
    public static func each(_ constraints: Constraint...) -> Constraint {
        Constraint { draft in
            let part: FieldKey = draft.schema["type"] == "array" ? "items" : "additionalProperties"
            guard let element = draft.schema[part]?.object else { return }
            var inner = FieldDraft(schema: element, isRequired: false)
            for constraint in constraints { constraint.apply(&inner) }
            draft.schema[part] = .object(inner.schema)
        }
    }

    /// Fields that the schema does not name are kept.
    public static let keepsUnknownFields = Constraint.keyword("x-kubernetes-preserve-unknown-fields", true)

    /// The object is a whole resource, with `apiVersion`, `kind` and `metadata`.
    public static let embeddedResource = Constraint { draft in
        draft.schema["type"] = "object"
        draft.schema["x-kubernetes-embedded-resource"] = true
        if draft.schema["properties"] == nil { draft.schema["x-kubernetes-preserve-unknown-fields"] = true }
    }
}
