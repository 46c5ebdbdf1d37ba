import ClawDocuments
import ClawSchemas

/// How server-side apply sees the values at one place.
struct FieldShape {
    enum Form {
        case string, numeric, bool
        /// Any scalar: quantities, a port's name or number.
        case scalar
        case record(Schema)
        case map(Schema.FieldType)
        case list(Schema.FieldType, keys: [String])
        /// Whatever the value is: objects are granular, lists are not.
        case deduced
        /// Whatever the value is, as one.
        case anything
    }

    var form: Form
    /// One manager owns the value as a whole.
    var isAtomic: Bool

    static let deduced = FieldShape(form: .deduced, isAtomic: false)
    static let anything = FieldShape(form: .anything, isAtomic: true)

    /// How the value, or a pair of values, is walked.
    enum Walk { case leaf, object, list }

    func walk(_ value: JSON) -> Walk {
        if isAtomic { return .leaf }
        switch form {
        case .record, .map: return value.object != nil || value.isNull ? .object : .leaf
        case .list: return value.array != nil || value.isNull ? .list : .leaf
        case .deduced: return value.object != nil ? .object : .leaf
        case .string, .numeric, .bool, .scalar, .anything: return .leaf
        }
    }

    /// Whether the object's type declares the member, rather than being a map of any names.
    func declares(_ key: FieldKey) -> Bool {
        if case .record(let schema) = form { schema[key] != nil } else { false }
    }
}

/// Walks values along their schemas. Live objects may hold what their schema does not declare (it changed since, or
/// nothing checked it): such fields are walked as their values suggest.
struct FieldWalker: Sendable {
    let types: SchemaTable

    func shape(ofRoot schema: Schema?) -> FieldShape {
        schema.map { FieldShape(form: .record($0), isAtomic: false) } ?? .deduced
    }

    func shape(of type: Schema.FieldType, _ field: Schema.Field? = nil) -> FieldShape {
        switch type {
        case .string, .time, .microTime, .bytes: FieldShape(form: .string, isAtomic: true)
        case .integer, .number: FieldShape(form: .numeric, isAtomic: true)
        case .bool: FieldShape(form: .bool, isAtomic: true)
        case .quantity, .intOrString: FieldShape(form: .scalar, isAtomic: true)
        case .any: field?.isAtomic == false ? .deduced : .anything
        case .object(let name):
            types[name].map { FieldShape(form: .record($0), isAtomic: field?.isAtomic ?? $0.isAtomic) } ?? .anything
        case .map(let value): FieldShape(form: .map(value), isAtomic: field?.isAtomic ?? false)
        case .list(let element):
            switch field?.list ?? .atomic {
            case .atomic: FieldShape(form: .list(element, keys: []), isAtomic: true)
            case .set: FieldShape(form: .list(element, keys: []), isAtomic: false)
            case .map(let keys): FieldShape(form: .list(element, keys: keys), isAtomic: false)
            }
        }
    }

    func member(_ key: FieldKey, of shape: FieldShape) -> FieldShape {
        switch shape.form {
        case .record(let schema): schema[key].map { self.shape(of: $0.type, $0) } ?? .deduced
        case .map(let type): self.shape(of: type)
        case .anything: .anything
        default: .deduced
        }
    }

    func member(_ name: String, of shape: FieldShape) -> FieldShape { member(FieldKey(name), of: shape) }

    func element(of shape: FieldShape) -> FieldShape {
        if case .list(let type, _) = shape.form { self.shape(of: type) } else { .anything }
    }

    func child(_ element: PathElement, of shape: FieldShape) -> FieldShape {
        if case .field(let name) = element { member(FieldKey(name), of: shape) } else { self.element(of: shape) }
    }

    // MARK: list elements

    struct ElementError: Error { let message: String }

    /// What names an element of a granular list.
    func pathElement(of item: JSON, in shape: FieldShape) throws(ElementError) -> PathElement {
        guard case .list(let type, let keys) = shape.form, !keys.isEmpty else {
            switch item {
            case .object: throw ElementError(message: "associative list without keys has an element that's a map type")
            case .array: throw ElementError(message: "not supported: associative list with lists as elements")
            case .null:
                throw ElementError(message: "associative list without keys has an element that's an explicit null")
            default: return .value(item)
            }
        }
        guard let object = item.object else {
            let what = item.isNull ? "a null element" : "non-map elements"
            throw ElementError(message: "associative list with keys may not have \(what)")
        }
        var fields: [PathElement.KeyField] = []
        for key in keys {
            guard let value = object[key] ?? keyDefault(key, of: type) else { continue }
            fields.append(PathElement.KeyField(key, value))
        }
        guard !fields.isEmpty else {
            let names = keys.map { GoText.quoted(.string($0)) }.joined(separator: " ")
            throw ElementError(
                message: "associative list with keys has an element that omits all key fields [\(names)] "
                    + "(and doesn't have default values for any key fields)")
        }
        return .key(fields.sorted { $0.name < $1.name })
    }

    private func keyDefault(_ key: String, of type: Schema.FieldType) -> JSON? {
        guard case .object(let name) = type, let field = types[name]?[key] else { return nil }
        if let value = field.keyDefault { return value }
        guard field.isAlwaysPresent else { return nil }
        switch field.type {
        case .string: return ""
        case .integer, .number: return 0
        case .bool: return false
        default: return nil
        }
    }

    /// The elements by name, each with all that go by it; elements without a name are left out.
    func index(_ items: [JSON], in shape: FieldShape) -> (order: [PathElement], items: [PathElement: [JSON]]) {
        var order: [PathElement] = []
        var byElement: [PathElement: [JSON]] = [:]
        for item in items {
            guard let element = try? pathElement(of: item, in: shape) else { continue }
            if byElement[element] == nil { order.append(element) }
            byElement[element, default: []].append(item)
        }
        return (order, byElement)
    }
}
