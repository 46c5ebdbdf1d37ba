package import ClawDocuments

/// A value of a document that is being validated, with the place where it stands. Null counts as absent.
package struct Field: Sendable {
    package let path: FieldPath
    package let value: JSON?

    package init(_ object: JSONObject) {
        path = .root
        value = .object(object)
    }

    package init(_ path: FieldPath, _ value: JSON?) {
        self.path = path
        if case .null? = value { self.value = nil } else { self.value = value }
    }

    package subscript(_ name: String) -> Field {
        if case .object(let object)? = value {
            Field(.member(path, name), object[name])
        } else {
            Field(.member(path, name), nil)
        }
    }

    /// The same value, reported at another place.
    package func reported(at path: FieldPath) -> Field { Field(path, value) }

    package var isSet: Bool { value != nil }

    /// The text; empty where there is none.
    package var string: String { value?.string ?? "" }
    package var integer: Int64? { value?.integer }
    package var isTrue: Bool { value?.bool == true }

    /// Whether it is absent, or an empty text, list or map.
    package var isEmpty: Bool {
        switch value {
        case nil: true
        case .string(let text)?: text.isEmpty
        case .array(let list)?: list.isEmpty
        case .object(let object)?: object.isEmpty
        default: false
        }
    }

    package var items: [Field] {
        guard case .array(let list)? = value else { return [] }
        return list.enumerated().map { Field(.index(path, $0), $1) }
    }

    /// The members of a map, by name.
    package var entries: [(name: String, field: Field)] {
        guard case .object(let object)? = value else { return [] }
        return object.sorted { $0.name < $1.name }.map { ($0.name, Field(.key(path, $0.name), $0.value)) }
    }

    /// The texts of a list.
    package var strings: [String] { value?.array?.compactMap(\.string) ?? [] }
    package var quantity: Quantity? { value.flatMap(Quantity.init(json:)) }
}
