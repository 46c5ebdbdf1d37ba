import ClawDocuments
import ClawModels

/// Whether a live document already is what is desired.
///
/// True where every member of the desired one stands in the live one with the same value. What else the live one has
/// (defaults, status, other managers' fields and list elements) does not matter, nor does the form that a server
/// gives to a value: another text of the same quantity, a zero that it leaves out.
///
/// Lists follow their merge strategy,
/// <https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy>: of an associative list or a set only the desired elements are looked for, in any order; an atomic list must have
/// the same elements in the same order.
struct Difference {
    private let table: SchemaTable

    init(_ table: SchemaTable = .kubernetes) { self.table = table }

    /// - Parameter type: the name of the documents' field table; nil where there is none, as for custom resources.
    func isSatisfied(_ desired: JSONObject, by live: JSONObject, as type: String?) -> Bool {
        let schema = type.flatMap { table[$0] }
        return desired.allSatisfy { name, value in
            let field = schema?[name] ?? Self.common[name]
            guard let found = live[name], !found.isNull else { return Self.isNothing(value, isTyped: field != nil) }
            return isSatisfied(value, by: found, field?.type ?? .any, field?.list ?? .atomic)
        }
    }

    /// What every top-level kind has.
    private static let common: [String: Schema.Field] = [
        "metadata": Schema.Field(name: "metadata", type: .object(ObjectMeta.schemaName ?? ""))
    ]

    private func isSatisfied(
        _ desired: JSON, by live: JSON, _ type: Schema.FieldType, _ merge: Schema.ListMerge = .atomic
    ) -> Bool {
        switch (desired, live, type) {
        case (.null, _, _): true
        case (.object(let desired), .object(let live), .map(let element)):
            desired.allSatisfy { name, value in
                guard let found = live[name] else { return value.isNull }
                return isSatisfied(value, by: found, element)
            }
        case (.object(let desired), .object(let live), .object(let name)):
            isSatisfied(desired, by: live, as: name)
        case (.object(let desired), .object(let live), _): isSatisfied(desired, by: live, as: nil)
        case (.array(let desired), .array(let live), .list(let element)):
            isSatisfied(desired, by: live, element, merge)
        case (.array(let desired), .array(let live), _): isSatisfied(desired, by: live, .any, .atomic)
        case (_, _, .quantity):
            desired == live
                || Quantity(json: desired).map { $0.isSameAmount(as: Quantity(json: live) ?? .zero) } ?? false
        default: desired == live
        }
    }

    private func isSatisfied(
        _ desired: [JSON], by live: [JSON], _ element: Schema.FieldType, _ merge: Schema.ListMerge
    ) -> Bool {
        switch merge {
        case .atomic:
            desired.count == live.count && zip(desired, live).allSatisfy { isSatisfied($0, by: $1, element) }
        case .set: desired.allSatisfy(live.contains)
        case .map(let keys):
            desired.allSatisfy { wanted in
                let identity = identity(of: wanted, keys, element)
                return live.contains {
                    self.identity(of: $0, keys, element) == identity && isSatisfied(wanted, by: $0, element)
                }
            }
        }
    }

    /// The keys' values; a key left out stands for its default.
    private func identity(of value: JSON, _ keys: [String], _ element: Schema.FieldType) -> [JSON] {
        var schema: Schema?
        if case .object(let name) = element { schema = table[name] }
        return keys.map { value[$0] ?? schema?[$0]?.keyDefault ?? .null }
    }

    /// Servers drop empty lists and maps, and of the types they know the zeroes that mean nothing.
    private static func isNothing(_ value: JSON, isTyped: Bool) -> Bool {
        switch value {
        case .null: true
        case .array(let elements): elements.isEmpty
        case .object(let object): object.allSatisfy { isNothing($0.value, isTyped: isTyped) }
        case .string(let text): isTyped && text.isEmpty
        case .bool(let flag): isTyped && !flag
        case .integer(let number): isTyped && number == 0
        case .double(let number): isTyped && number == 0
        }
    }
}
