import ClawDocuments

/// The Swift type of a field, and the schema it gives by itself.
struct GeneratedType {
    enum Kind { case text, enumeration, time, bool, integer, number, list, map, view, other }

    let swift: String
    let schema: FieldSchema
    let kind: Kind
    /// Constraints of the elements or values.
    var element: GeneratedConstraints?

    init(_ swift: String, _ schema: FieldSchema, kind: Kind = .other, element: GeneratedConstraints? = nil) {
        (self.swift, self.schema, self.kind, self.element) = (swift, schema, kind, element)
    }

    static let anything = GeneratedType("JSON", .anything)

    static func list(_ element: GeneratedType, _ items: JSON) -> GeneratedType {
        GeneratedType(
            "[\(element.swift)]", .list(of: element.schema), kind: .list, element: GeneratedConstraints(items, element))
    }

    static func map(_ value: GeneratedType, _ values: JSON) -> GeneratedType {
        GeneratedType(
            "[String: \(value.swift)]", .map(to: value.schema), kind: .map, element: GeneratedConstraints(values, value)
        )
    }

    /// A struct's own schema says these keywords.
    static func view(_ name: String, _ schema: JSON) -> GeneratedType {
        var own = JSONObject()
        for key in ["type", "properties", "required", "x-kubernetes-validations"] {
            own.set(FieldKey(key), schema[key])
        }
        return GeneratedType(name, FieldSchema(own), kind: .view)
    }

    var mayBeAbsent: Bool { kind == .list || kind == .map || swift == "JSON" }

    /// A default as an expression; nil where there is no short one.
    func literal(of json: JSON) -> String? {
        switch (kind, json) {
        case (.text, .string(let text)): SwiftText.literal(text)
        case (.bool, .bool(let value)): value ? "true" : "false"
        case (.integer, .integer(let value)): swift == "Int32" && Int32(exactly: value) == nil ? nil : String(value)
        case (.number, .integer(let value)): String(value)
        case (.number, .double(let value)): value.isFinite ? "\(value)" : nil
        case (.enumeration, .string(let text)):
            schema.json["enum"]?.array?.contains(.string(text)) == true
                ? "\(swift)(rawValue: \(SwiftText.literal(text))) ?? .absent" : nil
        default: nil
        }
    }
}
