/// A table of schemas made ready for one question, asked of every document that is read: has each member that its
/// type knows the type that it should have?
///
/// Unlike ``SchemaTable/inspect(_:as:)`` it stops at the first mismatch. What a parser made is checked as it lies, by
/// its tags (`PackedCheck`); only where that says no is the place looked for.
public final class SchemaCheck: Sendable {
    private indirect enum Test: Sendable {
        case any, string, integer, number, bool, quantity, intOrString
        /// Of the type at that place.
        case object(Int)
        case list(Test)
        case map(Test)
    }

    private struct Field: Sendable {
        let key: FieldKey
        let test: Test
    }

    private let types: [[Field]]
    private let places: [String: Int]
    private let packed: PackedCheck

    public init(_ table: SchemaTable) {
        let names = table.names.sorted()
        let places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
        let types = names.map { name in
            (table[name]?.fields ?? []).map { field in
                Field(key: FieldKey(field.name), test: Self.test(field.type, table, places))
            }
        }
        (self.places, self.types) = (places, types)
        var packed = PackedCheck()
        for fields in types {
            packed.addType(
                fields.filter { $0.key.number != FieldKey.unknown }.map {
                    ($0.key.number, Self.add($0.test, to: &packed))
                })
        }
        self.packed = packed
    }

    /// - Parameter type: a name of the table; for others nothing is checked.
    public func check(_ object: JSONObject, as type: String) throws(SchemaMismatch) {
        guard let place = places[type] else { return }
        if object.withPacked({ packed.fits($0, type: place) }) == true { return }
        try check(object, place)
    }

    /// Checks the objects in `items`.
    public func check(listOf type: String, _ list: JSONObject) throws(SchemaMismatch) {
        guard let place = places[type], let items = list[.items], !items.isNull else { return }
        guard case .array(let elements) = items else {
            throw SchemaMismatch(path: "items", expected: "array", found: items.typeName)
        }
        try check(elements[...], place)
    }

    /// The same as ``check(listOf:_:)``, on two threads where the list is long.
    public func checkConcurrently(listOf type: String, _ list: JSONObject) async throws(SchemaMismatch) {
        guard let place = places[type], case .array(let elements)? = list[.items], elements.count >= Self.shortestSplit
        else { return try check(listOf: type, list) }
        let middle = elements.count / 2
        async let second = mismatch(elements[middle...], place)
        try check(elements[..<middle], place)
        if let mismatch = await second { throw mismatch }
    }

    /// Below this a second thread is not worth its start.
    private static let shortestSplit = 512

    @concurrent
    private func mismatch(_ elements: ArraySlice<JSON>, _ place: Int) async -> SchemaMismatch? {
        do throws(SchemaMismatch) {
            try check(elements, place)
            return nil
        } catch { return error }
    }

    private func check(_ elements: ArraySlice<JSON>, _ place: Int) throws(SchemaMismatch) {
        for index in elements.indices {
            let element = elements[index]
            if let object = element.object, object.withPacked({ packed.fits($0, type: place) }) == true { continue }
            do { try check(element, .object(place), .index(index)) } catch { throw error.behind("items") }
        }
    }

    // MARK: preparing

    private static func test(_ type: Schema.FieldType, _ table: SchemaTable, _ places: [String: Int]) -> Test {
        switch type {
        case .any: .any
        case .string, .bytes, .time, .microTime: .string
        case .integer: .integer
        case .number: .number
        case .bool: .bool
        case .quantity: .quantity
        case .intOrString: .intOrString
        // A type without fields takes anything (RawExtension, JSON).
        case .object(let name):
            table[name].flatMap { $0.fields.isEmpty ? nil : places[name].map(Test.object) } ?? .any
        case .list(let element): .list(test(element, table, places))
        case .map(let element): .map(test(element, table, places))
        }
    }

    private static func add(_ test: Test, to packed: inout PackedCheck) -> Int32 {
        let (kind, child): (PackedCheck.Kind, Int32) =
            switch test {
            case .any: (.any, 0)
            case .string: (.string, 0)
            case .integer: (.integer, 0)
            case .number: (.number, 0)
            case .bool: (.bool, 0)
            case .quantity: (.quantity, 0)
            case .intOrString: (.intOrString, 0)
            case .object(let place): (.object, Int32(place))
            case .list(let element): (.list, add(element, to: &packed))
            case .map(let element): (.map, add(element, to: &packed))
            }
        return packed.add(PackedCheck.Test(kind: kind, child: child))
    }

    // MARK: finding the place

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
        case (.any, _), (_, .null), (.string, .string), (.integer, .integer), (.number, .integer), (.number, .double),
            (.bool, .bool), (.quantity, .string), (.quantity, .integer), (.quantity, .double), (.intOrString, .string),
            (.intOrString, .integer):
            return
        case (.integer, .double) where value.integer != nil: return
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
        case .any: "anything"
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
