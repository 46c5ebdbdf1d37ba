package import ClawDocuments
package import ClawExpressions

/// The `x-kubernetes-validations` of a schema and of everything in it, compiled.
/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules>
package final class ValidationRules: Sendable {
    package struct Rule: Sendable {
        package let text: String
        package let message: String
        package let expression: Expression
        package let messageExpression: Expression?
        package let reason: String?
        /// Relative to the schema's own place, with a dot in front.
        package let fieldPath: String
        package let usesOldSelf: Bool
        package let takesAbsentOldSelf: Bool
    }

    package let rules: [Rule]
    package let type: DeclaredType
    package let schemaType: String
    package let listKeys: [String]?
    package let properties: [String: ValidationRules]
    package let additional: ValidationRules?
    package let items: ValidationRules?
    /// Rules of the schemas of `allOf`, which look at the same value.
    package let all: [ValidationRules]

    private init(
        _ schema: JSON, rules: [Rule], type: DeclaredType, properties: [String: ValidationRules],
        additional: ValidationRules?, items: ValidationRules?, all: [ValidationRules]
    ) {
        (self.rules, self.type, self.properties) = (rules, type, properties)
        (self.additional, self.items, self.all) = (additional, items, all)
        schemaType = schema["type"]?.string ?? ""
        listKeys =
            schema["x-kubernetes-list-type"]?.string == "map"
            ? schema["x-kubernetes-list-map-keys"]?.array?.compactMap(\.string) : nil
    }

    /// nil where there are no rules.
    package static func compile(_ schema: JSON?) -> ValidationRules? {
        guard let schema, let type = DeclaredType.schema(schema, isResource: true) else { return nil }
        return make(schema, schema, type)
    }

    /// The rules of a part of an object, such as a schema's default; nil where there are none.
    package static func compile(part schema: JSON) -> ValidationRules? {
        let isResource = schema["x-kubernetes-embedded-resource"]?.bool ?? false
        return DeclaredType.schema(schema, isResource: isResource).flatMap { make(schema, schema, $0) }
    }

    /// - Parameter rules: the schema that has the rules; `schema` itself, or a part of its `allOf`.
    private static func make(_ rules: JSON, _ schema: JSON, _ type: DeclaredType) -> ValidationRules? {
        let compiled = (rules["x-kubernetes-validations"]?.array ?? []).compactMap { compile($0, schema, type) }
        var properties: [String: ValidationRules] = [:]
        for (name, property) in rules["properties"]?.object ?? JSONObject() {
            guard let own = schema["properties"]?[name] else { continue }
            let isResource = own["x-kubernetes-embedded-resource"]?.bool ?? false
            let declared =
                DeclaredType.escape(name) == nil
                ? DeclaredType.schema(own, isResource: isResource)
                : DeclaredType.escape(name).flatMap { type.fields[$0]?.type }
            properties[name] = declared.flatMap { make(property, own, $0) }
        }
        func part(_ name: String) -> ValidationRules? {
            guard let element = type.element, let part = rules[name], part.object != nil, let own = schema[name] else {
                return nil
            }
            return make(part, own, element)
        }
        let (items, additional) = (part("items"), part("additionalProperties"))
        let all = (rules["allOf"]?.array ?? []).compactMap { make($0, schema, type) }
        if compiled.isEmpty, properties.isEmpty, items == nil, additional == nil, all.isEmpty { return nil }
        return ValidationRules(
            schema, rules: compiled, type: type, properties: properties, additional: additional, items: items, all: all)
    }

    package static func environment(_ type: DeclaredType, takesAbsentOldSelf: Bool) -> Environment {
        let environment = Environment.kubernetes.declaring("self", as: type)
        return takesAbsentOldSelf
            ? environment.declaring(optional: "oldSelf", as: type) : environment.declaring("oldSelf", as: type)
    }

    /// A rule that does not compile was refused with its definition; an older one that no longer does says nothing.
    private static func compile(_ rule: JSON, _ schema: JSON, _ type: DeclaredType) -> Rule? {
        let takesAbsent = rule["optionalOldSelf"]?.bool ?? false
        let environment = environment(type, takesAbsentOldSelf: takesAbsent)
        guard let text = rule["rule"]?.string, let expression = try? Expression.compile(text, in: environment) else {
            return nil
        }
        let path = rule["fieldPath"]?.string ?? ""
        return Rule(
            text: text.trimmed, message: (rule["message"]?.string ?? "").trimmed, expression: expression,
            messageExpression: rule["messageExpression"]?.string.flatMap {
                try? Expression.compile($0, in: environment)
            },
            reason: rule["reason"]?.string, fieldPath: path.isEmpty ? "" : SchemaPath.resolve(path, in: schema).path,
            usesOldSelf: expression.variables.contains("oldSelf"), takesAbsentOldSelf: takesAbsent)
    }
}

extension String {
    /// Without white space around it.
    package var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
