import ClawBase
import ClawDocuments

extension SwiftSource {
    /// The fields of an object's schema, in the order of their names; the types they need are written on the way.
    mutating func fields(
        of schema: JSON, in parts: [String], depth: Int, skipping: Set<String> = []
    ) throws(Finding) -> [GeneratedField] {
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        var taken: Set<String> = []
        var fields: [GeneratedField] = []
        for (name, property) in (schema["properties"]?.object ?? [:]).sorted(by: { $0.name < $1.name })
        where !skipping.contains(name) {
            var identifier = SwiftName.variable(name)
            while !taken.insert(identifier).inserted { identifier = identifier.filter { $0 != "`" } + "_" }
            let type = try self.type(of: property, in: parts + [name], depth: depth + 1)
            fields.append(
                field(name, identifier, property, type, isRequired: required.contains(name)))
        }
        return fields
    }

    private func field(
        _ name: String, _ identifier: String, _ schema: JSON, _ type: GeneratedType, isRequired: Bool
    ) -> GeneratedField {
        let value = schema["default"].flatMap { type.literal(of: $0) }
        let mayBeEmpty = type.mayBeAbsent
        let isOptional = !mayBeEmpty && value == nil && (!isRequired || schema["nullable"]?.bool == true)
        let swift = isOptional ? "\(type.swift)?" : type.swift
        let about = schema["description"]?.string ?? ""
        var arguments = [SwiftText.literal(name), "\(swift).self"]
        if !about.isEmpty { arguments.append(SwiftText.literal(about)) }
        if let value { arguments.append("default: \(value)") }
        var constraints = GeneratedConstraints(schema, type)
        if value == nil, let other = schema["default"] { constraints.add("default", other) }
        if isRequired, value != nil || isOptional || mayBeEmpty { constraints.list.append(".required") }
        arguments += constraints.list
        return GeneratedField(
            name: name, identifier: identifier, type: swift, value: value, comment: about,
            property: "Property(\(arguments.joined(separator: ", ")))")
    }

    mutating func type(of schema: JSON, in parts: [String], depth: Int) throws(Finding) -> GeneratedType {
        if types.count > Self.most.types {
            throw Finding(
                .badRequest, "The definition has more than \(Self.most.types) types; take a smaller version of it.")
        }
        if schema["x-kubernetes-int-or-string"]?.bool == true {
            let isAmount = schema["pattern"] == FieldSchema.quantity.json["pattern"]
            return GeneratedType(isAmount ? "Quantity" : "IntOrString", isAmount ? .quantity : .intOrString)
        }
        switch schema["type"]?.string {
        case "string":
            if let name = writeEnum(schema, parts) {
                return GeneratedType(name, FieldSchema(Self.plainEnum(schema)), kind: .enumeration)
            }
            if schema["format"] == "date-time" { return GeneratedType("Timestamp", .time, kind: .time) }
            return GeneratedType("String", .string, kind: .text)
        case "boolean": return GeneratedType("Bool", .bool, kind: .bool)
        case "integer":
            return schema["format"] == "int32"
                ? GeneratedType("Int32", .int32, kind: .integer) : GeneratedType("Int", .int64, kind: .integer)
        case "number": return GeneratedType("Double", .double, kind: .number)
        case "array":
            guard let items = schema["items"] else { return GeneratedType("[JSON]", .list(of: .anything), kind: .list) }
            let element = try type(of: items, in: parts, depth: depth + 1)
            return .list(element, items)
        case "object": return try object(schema, parts, depth)
        default: return .anything
        }
    }

    private mutating func object(_ schema: JSON, _ parts: [String], _ depth: Int) throws(Finding) -> GeneratedType {
        if let values = schema["additionalProperties"], values.object != nil, schema["properties"] == nil {
            return .map(try type(of: values, in: parts, depth: depth + 1), values)
        }
        guard schema["properties"]?.object?.isEmpty == false, depth <= Self.deepest else { return .anything }
        let name = types.give(parts)
        let fields = try self.fields(of: schema, in: parts, depth: depth)
        var text = SwiftText.comment(schema["description"]?.string ?? "", indent: "")
        text += "\(access)struct \(name): SchemaView {\n" + storage + "\n" + propertyList(fields) + ruleList(schema)
        text +=
            "\n    \(access)init(\(fields.map(\.parameter).joined(separator: ", "))) {\n        document = JSONObject()\n"
        for field in fields { text += "        self.\(field.identifier) = \(field.identifier)\n" }
        text += "    }\n\n" + fields.map { $0.accessor(access) }.joined() + "}\n"
        declarations.append(text)
        return .view(name, schema)
    }

    private static func plainEnum(_ schema: JSON) -> JSONObject { ["type": "string", "enum": schema["enum"] ?? []] }

    /// nil where the values are not texts that can be told apart as cases.
    private mutating func writeEnum(_ schema: JSON, _ parts: [String]) -> String? {
        guard let values = schema["enum"]?.array, !values.isEmpty, values.count <= 200, schema["format"] == nil else {
            return nil
        }
        let words = values.compactMap(\.string)
        guard words.count == values.count, Set(words).count == words.count else { return nil }
        var taken: Set<String> = []
        var cases = ""
        for word in words {
            var identifier = SwiftName.variable(word.isEmpty ? "empty" : word.prefix(1).lowercased() + word.dropFirst())
            while !taken.insert(identifier).inserted { identifier = identifier.filter { $0 != "`" } + "_" }
            cases += "    case \(identifier) = \(SwiftText.literal(word))\n"
        }
        let name = types.give(parts)
        declarations.append("\(access)enum \(name): String, SchemaEnum {\n\(cases)}\n")
        return name
    }
}
