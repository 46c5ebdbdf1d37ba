/// A table of schemas made ready for one question, asked of every document that is read: has each member that its
/// type knows the type that it should have?
///
/// Unlike ``SchemaTable/inspect(_:as:)`` it stops at the first mismatch, and builds no path before that. It asks the
/// document for each field the type has rather than the type for each member: looking up a known name compares
/// numbers.
public final class SchemaCheck: Sendable {
    private enum Test: Sendable {
        case string, integer, number, bool, quantity, intOrString
        /// Of the type at that place.
        case object(Int)
        indirect case list(Test)
        indirect case map(Test)
    }

    private struct Field: Sendable {
        let key: FieldKey
        let test: Test
    }

    private let types: [[Field]]
    private let places: [String: Int]

    public init(_ table: SchemaTable) {
        let names = table.names.sorted()
        let places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
        self.places = places
        types = names.map { name in
            (table[name]?.fields ?? []).compactMap { field in
                Self.test(field.type, table, places).map { Field(key: FieldKey(field.name), test: $0) }
            }
        }
    }

    /// - Parameter type: a name of the table; for others nothing is checked.
    public func check(_ object: JSONObject, as type: String) throws(SchemaMismatch) {
        if let place = places[type] { try check(object, place) }
    }

    /// Checks the objects in `items`.
    public func check(listOf type: String, _ list: JSONObject) throws(SchemaMismatch) {
        guard let place = places[type], let items = list[.items], !items.isNull else { return }
        try check(items, .list(.object(place)), .name("items"))
    }

    /// nil where anything goes.
    private static func test(_ type: Schema.FieldType, _ table: SchemaTable, _ places: [String: Int]) -> Test? {
        switch type {
        case .any: nil
        case .string, .bytes, .time, .microTime: .string
        case .integer: .integer
        case .number: .number
        case .bool: .bool
        case .quantity: .quantity
        case .intOrString: .intOrString
        // A type without fields takes anything (RawExtension, JSON).
        case .object(let name): table[name].flatMap { $0.fields.isEmpty ? nil : places[name].map(Test.object) }
        // The elements' type may be anything; that these are elements is checked all the same.
        case .list(let element): .list(test(element, table, places) ?? .object(-1))
        case .map(let element): .map(test(element, table, places) ?? .object(-1))
        }
    }

    /// Where a value stands, for the path of a mismatch.
    private enum Step {
        case name(String)
        case index(Int)
    }

    private func check(_ object: JSONObject, _ place: Int) throws(SchemaMismatch) {
        for field in types[place] {
            if let value = object[field.key] { try check(value, field.test, .name(field.key.name)) }
        }
    }

    private func check(_ value: JSON, _ test: Test, _ step: Step) throws(SchemaMismatch) {
        switch (test, value) {
        case (_, .null), (.string, .string), (.integer, .integer), (.number, .integer), (.number, .double),
            (.bool, .bool), (.quantity, .string), (.quantity, .integer), (.quantity, .double), (.intOrString, .string),
            (.intOrString, .integer), (.object(-1), _):
            return
        case (.object(let place), .object(let object)):
            do { try check(object, place) } catch { throw error.behind(Self.text(step)) }
        case (.list(let element), .array(let elements)):
            do {
                for (index, member) in elements.enumerated() { try check(member, element, .index(index)) }
            } catch { throw error.behind(Self.text(step)) }
        case (.map(let element), .object(let members)):
            do {
                for (name, member) in members { try check(member, element, .name(name)) }
            } catch { throw error.behind(Self.text(step)) }
        case (.integer, .double) where value.integer != nil: return
        default: throw SchemaMismatch(path: Self.text(step), expected: Self.name(test), found: value.typeName)
        }
    }

    private static func text(_ step: Step) -> String {
        switch step {
        case .name(let name): name
        case .index(let index): "[\(index)]"
        }
    }

    private static func name(_ test: Test) -> String {
        switch test {
        case .string: "string"
        case .integer: "integer"
        case .number: "number"
        case .bool: "boolean"
        case .quantity: "quantity"
        case .intOrString: "integer or string"
        case .object, .map: "object"
        case .list: "array"
        }
    }
}

extension SchemaMismatch {
    fileprivate func behind(_ step: String) -> SchemaMismatch {
        let separator = path.isEmpty || path.hasPrefix("[") ? "" : "."
        return SchemaMismatch(path: step + separator + path, expected: expected, found: found)
    }
}
