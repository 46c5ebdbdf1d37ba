import ClawDocuments
import ClawExpressions

/// A validation rule in the Common Expression Language: `self` is the value, `oldSelf` what it was before an update.
/// <https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules>
public struct SchemaRule: Sendable, Hashable {
    /// What kind of wrong a broken rule is, as in the causes of a refusal.
    public enum Reason: String, Sendable {
        case invalid = "FieldValueInvalid"
        case forbidden = "FieldValueForbidden"
        case required = "FieldValueRequired"
        case duplicate = "FieldValueDuplicate"
    }

    public var expression: String
    public var message: String?
    /// An expression that makes the message, and wins over ``message``.
    public var messageExpression: String?
    public var reason: Reason?
    /// Where the error is shown, from the value on: `.spec.replicas`.
    public var fieldPath: String?
    /// `oldSelf` is then an optional, and the rule is asked of new objects too.
    public var takesAbsentOldSelf: Bool

    public init(
        _ expression: String, _ message: String? = nil, messageExpression: String? = nil, reason: Reason? = nil,
        fieldPath: String? = nil, takesAbsentOldSelf: Bool = false
    ) {
        (self.expression, self.message, self.messageExpression) = (expression, message, messageExpression)
        (self.reason, self.fieldPath, self.takesAbsentOldSelf) = (reason, fieldPath, takesAbsentOldSelf)
    }

    static let unchanged = SchemaRule("self == oldSelf", "is immutable")

    static func staysSet(_ name: String) -> SchemaRule {
        let escaped = DeclaredType.escape(name) ?? name
        return SchemaRule(
            "!has(oldSelf.\(escaped)) || has(self.\(escaped))", "\(name) is immutable, and cannot be removed")
    }

    var json: JSON {
        var rule: JSONObject = ["rule": .string(expression)]
        rule.set("message", message)
        rule.set("messageExpression", messageExpression)
        rule.set("reason", reason?.rawValue)
        rule.set("fieldPath", fieldPath)
        if takesAbsentOldSelf { rule["optionalOldSelf"] = true }
        return .object(rule)
    }
}
