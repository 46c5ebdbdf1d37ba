package import ClawDocuments
import ClawExpressions

/// Holds an object against the rules of its schema, within Kubernetes' budget.
///
/// What breaks a rule and has not changed in an update is only warned of, unless the rule itself compares with the old
/// value (KEP-4008, ratcheting).
package struct RuleCheck {
    package private(set) var errors: [FieldError] = []
    package private(set) var warnings: [String] = []
    private var budget = Cost()
    private var isOver = false

    private static let longestMessage = 5 * 1024

    package static func check(_ object: JSONObject, old: JSONObject?, _ rules: ValidationRules) -> RuleCheck {
        var check = RuleCheck()
        let old = old.map(JSON.object)
        check.check(.object(object), old, rules, .root, isUnchanged: false, correlated: old)
        return check
    }

    /// What is wrong with a part of an object, such as a schema's default.
    package static func errors(_ value: JSON, _ rules: ValidationRules, at path: FieldPath) -> [FieldError] {
        var check = RuleCheck()
        check.check(value, nil, rules, path, isUnchanged: false, correlated: nil)
        return check.errors
    }

    /// - Parameter old: what rules see as `oldSelf`.
    /// - Parameter correlated: what the value was before, as far as that can be told, for ratcheting.
    private mutating func check(
        _ value: JSON, _ old: JSON?, _ rules: ValidationRules, _ path: FieldPath, isUnchanged: Bool, correlated: JSON?
    ) {
        guard !isOver, !value.isNull else { return }
        let isUnchanged = isUnchanged || correlated == value
        evaluate(value, old, rules, path, isUnchanged: isUnchanged)
        for part in rules.all { check(value, old, part, path, isUnchanged: isUnchanged, correlated: nil) }
        switch value {
        case .object(let object):
            let (before, correlated) = (old?.object, correlated?.object)
            for (name, member) in object.sorted(by: { $0.name < $1.name }) {
                if let property = rules.properties[name] {
                    check(
                        member, before?[name], property, .member(path, name), isUnchanged: isUnchanged,
                        correlated: correlated?[name])
                } else if let additional = rules.additional {
                    check(
                        member, before?[name], additional, .key(path, name), isUnchanged: isUnchanged,
                        correlated: correlated?[name])
                }
            }
        case .array(let elements):
            guard let items = rules.items else { return }
            for (index, element) in elements.enumerated() {
                // Only items with keys can be told apart.
                let before = rules.listKeys.flatMap { keys in
                    old?.array?.first { old in keys.allSatisfy { old[$0] == element[$0] } }
                }
                check(element, before, items, .index(path, index), isUnchanged: isUnchanged, correlated: before)
            }
        default: break
        }
    }

    private mutating func evaluate(
        _ value: JSON, _ old: JSON?, _ rules: ValidationRules, _ path: FieldPath, isUnchanged: Bool
    ) {
        let shown: JSON = .string(rules.schemaType)
        let old = old.flatMap { $0.isNull ? nil : $0 }
        for rule in rules.rules {
            if budget.remaining <= 0 {
                fail(
                    path, shown,
                    "validation failed due to running out of cost budget, no further validation rules will be run")
                isOver = true
                return
            }
            if rule.usesOldSelf, old == nil, !rule.takesAbsentOldSelf { continue }
            var bindings = Bindings(["self": Value(value, as: rules.type)])
            let oldSelf = old.map { Value($0, as: rules.type) }
            bindings["oldSelf"] = rule.takesAbsentOldSelf ? .optional(oldSelf) : oldSelf
            do {
                let result = try rule.expression.evaluate(bindings, budget: &budget)
                if budget.remaining < 0 {
                    fail(
                        path, shown,
                        "validation failed due to running out of cost budget, no further validation rules will be run")
                    isOver = true
                    return
                }
                if result.bool == true { continue }
                report(rule, value, rules, path, bindings, isUnchanged: isUnchanged)
            } catch {
                explain(error, rule, path, shown)
            }
            if isOver { return }
        }
    }

    private mutating func fail(_ path: FieldPath, _ value: JSON, _ detail: String) {
        errors.append(.invalid(Self.text(path), value, detail))
    }

    private static func text(_ path: FieldPath) -> String {
        if case .root = path { "<nil>" } else { "\(path)" }
    }

    private mutating func explain(
        _ error: EvaluationError, _ rule: ValidationRules.Rule, _ path: FieldPath, _ shown: JSON
    ) {
        let text = rule.message.isEmpty ? rule.text : rule.message
        if error.isOverLimit {
            fail(
                path, shown,
                "'\(error)': no further validation rules will be run due to call cost exceeds limit for rule: \(text)")
            isOver = true
        } else if error.description.hasPrefix("no such overload") {
            fail(
                path, shown,
                "'\(error)': call arguments did not match a supported operator, function or macro signature for rule: \(text)"
            )
        } else {
            fail(path, shown, "\(error) evaluating rule: \(text)")
        }
    }

    private mutating func report(
        _ rule: ValidationRules.Rule, _ value: JSON, _ rules: ValidationRules, _ path: FieldPath, _ bindings: Bindings,
        isUnchanged: Bool
    ) {
        var place = Self.text(path)
        if !rule.fieldPath.isEmpty { place = place == "<nil>" ? rule.fieldPath : "\(place).\(rule.fieldPath)" }
        var detail = rule.message.isEmpty ? "failed rule: \(rule.text)" : rule.message
        var fatal: String?
        if let expression = rule.messageExpression {
            switch message(expression, bindings) {
            case .success(let text): detail = text ?? detail
            case .failure(let problem): fatal = problem.text
            }
        }
        let error: FieldError
        if let fatal {
            error = .invalid(place, .string(rules.schemaType), fatal)
            isOver = true
        } else {
            error = Self.error(
                place, isWhole: rules.schemaType == "object" || rules.schemaType == "array", value, detail, rule.reason)
        }
        if !rule.usesOldSelf, isUnchanged {
            warnings.append("\(error.field): \(error.message)")
        } else {
            errors.append(error)
        }
    }

    private static func error(
        _ place: String, isWhole: Bool, _ value: JSON, _ detail: String, _ reason: String?
    ) -> FieldError {
        switch reason {
        case "FieldValueForbidden": return .forbidden(place, detail)
        case "FieldValueRequired": return .required(place, detail)
        case "FieldValueDuplicate":
            return FieldError(
                reason: "FieldValueDuplicate", field: place,
                message: isWhole ? "Duplicate value" : "Duplicate value: \(value)")
        default:
            // Objects and lists are not shown.
            return isWhole
                ? FieldError(reason: "FieldValueInvalid", field: place, message: "Invalid value: \(detail)")
                : .invalid(place, value, detail)
        }
    }

    private struct Fatal: Error { let text: String }

    /// The message that an expression makes; nil where it makes none that can be used.
    private mutating func message(_ expression: Expression, _ bindings: Bindings) -> Result<String?, Fatal> {
        do {
            let text = try expression.evaluate(bindings, budget: &budget).string
            guard budget.remaining >= 0 else {
                return .failure(
                    Fatal(
                        text:
                            "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run"
                    ))
            }
            guard let text = text?.trimmed, !text.isEmpty, text.utf8.count <= Self.longestMessage, !text.contains("\n")
            else {
                return .success(nil)
            }
            return .success(text)
        } catch {
            guard error.isOverLimit else { return .success(nil) }
            return .failure(
                Fatal(
                    text:
                        "no further validation rules will be run due to call cost exceeds limit for messageExpression: "
                        + GoText.quoted(.string(expression.text))))
        }
    }
}
