public import ClawDocuments

/// A field of a ``SchemaView``.
public struct Property: Sendable {
    /// As documents write it.
    public let name: String
    public let schema: FieldSchema
    /// Whether objects without it are refused.
    public let isRequired: Bool
    /// What must hold of it, seen from the object it stands in.
    let rule: SchemaRule?

    /// - Parameters:
    ///   - name: as documents write it.
    ///   - type: an optional, a list and a map may be left out of objects, and so may whatever has a default; anything
    ///     else is required.
    ///   - description: what `kubectl explain` says.
    ///   - value: what the server fills in where objects leave the field out.
    public init<V: SchemaValue>(
        _ name: String, _ type: V.Type, _ description: String, default value: V? = nil, _ constraints: Constraint...
    ) {
        self.init(
            name, V.schema, mayBeAbsent: V.mayBeAbsent, description: description, default: value?.written, constraints)
    }

    /// Without a description.
    public init<V: SchemaValue>(
        _ name: String, _ type: V.Type, default value: V? = nil, _ constraints: Constraint...
    ) {
        self.init(name, V.schema, mayBeAbsent: V.mayBeAbsent, default: value?.written, constraints)
    }

    /// - Parameter schema: written out, for what no Swift type says.
    public init(
        _ name: String, _ schema: FieldSchema, mayBeAbsent: Bool, description: String = "", default value: JSON? = nil,
        _ constraints: [Constraint] = []
    ) {
        self.name = name
        var field = FieldDraft(schema: schema.json, isRequired: !mayBeAbsent && value == nil)
        for constraint in constraints { constraint.apply(&field) }
        if let value { field.schema["default"] = value }
        isRequired = field.isRequired
        // A field that may be absent could be taken away and set anew, which no rule of its own would see.
        rule = field.isImmutable && !isRequired ? .staysSet(name) : nil
        // The description of the place stands for that of the type, but for what the words of an enum mean.
        var ordered = JSONObject()
        let meanings = field.schema["enum"] == nil ? nil : field.schema["description"]?.string
        let whole = [description, meanings ?? ""].filter { !$0.isEmpty }.joined(separator: "\n\n")
        if !whole.isEmpty { ordered["description"] = .string(whole) }
        for (name, member) in field.schema where ordered[name] == nil { ordered[name] = member }
        self.schema = FieldSchema(ordered)
    }
}

/// A field's schema while constraints are put on it.
struct FieldDraft {
    var schema: JSONObject
    var isRequired: Bool
    var isImmutable = false

    /// Of rules a field may have several, unlike other keywords.
    mutating func add(_ rule: SchemaRule) {
        schema["x-kubernetes-validations"] = .array((schema["x-kubernetes-validations"]?.array ?? []) + [rule.json])
    }
}
