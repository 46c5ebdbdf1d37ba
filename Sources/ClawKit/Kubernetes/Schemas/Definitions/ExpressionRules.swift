package import ClawDocuments
import ClawExpressions

/// Whether the rules of a schema compile, and what they can cost at most.
package struct ExpressionRules {
    /// Of one rule, and of all rules of a schema (apiextensions validation, "StaticEstimatedCostLimit").
    private static let ruleLimit: UInt64 = 10_000_000
    private static let totalLimit: UInt64 = 100_000_000
    private static let largestRequest: UInt64 = 3 << 20

    package private(set) var errors = FieldErrors()
    private var total: UInt64 = 0
    private var expensive: [(path: FieldPath, cost: UInt64)] = []
    /// Rules that were accepted before are not refused for their cost.
    private let isUnchanged: Bool

    /// Where the schema is wrong otherwise: rules of what is around that are not looked at.
    private let wrong: [String]

    package init(isUnchanged: Bool, wrong: [String]) { (self.isUnchanged, self.wrong) = (isUnchanged, wrong) }

    package mutating func check(_ schema: JSON, at path: FieldPath) {
        guard let type = DeclaredType.schema(schema, isResource: true) else { return }
        walk(schema, type, path, most: 1, uncorrelated: nil)
        guard total > Self.totalLimit else { return }
        for (path, _) in expensive.sorted(by: { $0.cost > $1.cost }).prefix(4) {
            errors.forbidden(
                Field(path, nil),
                "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema")
        }
        errors.forbidden(
            Field(path, nil),
            Self.excess(
                "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema", total, Self.totalLimit
            ))
    }

    private static func excess(_ name: String, _ cost: UInt64, _ limit: UInt64) -> String {
        let factor = Double(cost) / Double(limit)
        let shown: String
        if factor > 100 {
            shown = "more than 100x"
        } else {
            shown = "\(fixed(factor, factor < 1.5 ? 6 : 1))x"
        }
        return
            "\(name) exceeds budget by factor of \(shown) (try simplifying the rule, or adding maxItems, maxProperties, and "
            + "maxLength where arrays, maps, and strings are declared)"
    }

    private static func fixed(_ value: Double, _ digits: Int) -> String { GoNumbers.fixed(value, digits) }

    /// - Parameter most: how often the value can occur in an object; nil where nothing bounds it.
    /// - Parameter uncorrelated: the list or map whose parts cannot be compared with what they were.
    private mutating func walk(
        _ schema: JSON, _ type: DeclaredType, _ path: FieldPath, most: UInt64?, uncorrelated: FieldPath?
    ) {
        let isRight = wrong.isEmpty || !wrong.contains { $0.hasPrefix("\(path)") }
        for (index, rule) in (schema["x-kubernetes-validations"]?.array ?? []).enumerated() where isRight {
            check(rule, schema, type, .index(.member(path, "x-kubernetes-validations"), index), most, uncorrelated)
        }
        let below = most.flatMap { most in Self.elements(schema).map { most.timesOrMost($0) } }
        for (name, property) in (schema["properties"]?.object ?? JSONObject()).sorted(by: { $0.name < $1.name }) {
            let declared =
                DeclaredType.escape(name).flatMap { type.fields[$0]?.type }
                ?? DeclaredType.schema(property, isResource: property["x-kubernetes-embedded-resource"]?.bool ?? false)
            guard let declared else { continue }
            walk(property, declared, .key(.member(path, "properties"), name), most: below, uncorrelated: uncorrelated)
        }
        guard let element = type.element else { return }
        if let values = schema["additionalProperties"], values.object != nil {
            walk(values, element, .member(path, "additionalProperties"), most: below, uncorrelated: uncorrelated)
        }
        if let items = schema["items"] {
            let isMap = schema["x-kubernetes-list-type"]?.string == "map"
            walk(
                items, element, .member(path, "items"), most: below, uncorrelated: uncorrelated ?? (isMap ? nil : path))
        }
    }

    private static func elements(_ schema: JSON) -> UInt64? {
        switch schema["type"]?.string {
        case "object" where schema["additionalProperties"] != nil:
            schema["maxProperties"]?.integer.map { UInt64(max(0, $0)) }
        case "array": schema["maxItems"]?.integer.map { UInt64(max(0, $0)) }
        default: 1
        }
    }

    private mutating func check(
        _ rule: JSON, _ schema: JSON, _ type: DeclaredType, _ path: FieldPath, _ most: UInt64?,
        _ uncorrelated: FieldPath?
    ) {
        let ruleField = Field(.member(path, "rule"), rule["rule"])
        let takesAbsent = rule["optionalOldSelf"]?.bool
        let environment = ValidationRules.environment(type, takesAbsentOldSelf: takesAbsent ?? false)
        let expression: Expression
        do {
            expression = try Expression.compile(ruleField.string, in: environment)
        } catch {
            return errors.invalid(ruleField, "compilation failed: \(error)", showing: Self.shown(rule))
        }
        guard expression.type == .bool else {
            return errors.invalid(ruleField, "cel expression must evaluate to a bool", showing: Self.shown(rule))
        }
        let times = most ?? Self.largestRequest / UInt64(type.minimumSize + 1)
        charge(expression.estimatedCost.max.timesOrMost(times), "estimated rule cost", ruleField)
        message(rule, Field(.member(path, "messageExpression"), rule["messageExpression"]), environment)
        if expression.variables.contains("oldSelf") {
            if let uncorrelated {
                errors.invalid(
                    ruleField,
                    "oldSelf cannot be used on the uncorrelatable portion of the schema within \(uncorrelated)")
            }
        } else if let takesAbsent {
            errors.invalid(
                Field(.member(path, "optionalOldSelf"), .bool(takesAbsent)),
                "may not be set if oldSelf is not used in rule")
        }
    }

    private mutating func charge(_ cost: UInt64, _ name: String, _ field: Field) {
        if !isUnchanged, cost > Self.ruleLimit { errors.forbidden(field, Self.excess(name, cost, Self.ruleLimit)) }
        total = total.addingOrMost(cost)
        if cost >= Self.totalLimit / 100 { expensive.append((field.path, cost)) }
    }

    private mutating func message(_ rule: JSON, _ field: Field, _ environment: Environment) {
        guard !field.isEmpty else { return }
        do {
            let expression = try Expression.compile(field.string, in: environment)
            guard expression.type == .string else {
                return errors.invalid(field, "messageExpression must evaluate to a string", showing: Self.shown(rule))
            }
            charge(expression.estimatedCost.max, "estimated messageExpression cost", field)
        } catch {
            errors.invalid(field, "messageExpression compilation failed: \(error)", showing: Self.shown(rule))
        }
    }

    /// A rule as an error shows it: Kubernetes' inner form.
    private static func shown(_ rule: JSON) -> JSON {
        [
            "Rule": rule["rule"] ?? "", "Message": rule["message"] ?? "",
            "MessageExpression": rule["messageExpression"] ?? "",
            "Reason": rule["reason"] ?? .null, "FieldPath": rule["fieldPath"] ?? "",
            "OptionalOldSelf": rule["optionalOldSelf"] ?? .null,
        ]
    }
}
