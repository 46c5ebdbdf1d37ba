import ClawDocuments
import ClawExpressions
import ClawSchemas

/// The rules of validating admission policies and their bindings
/// (kubernetes/pkg/apis/admissionregistration/validation).
enum AdmissionPolicyRules {
    static func check(policy: Field, _ errors: inout FieldErrors) {
        let spec = policy["spec"]
        errors.oneOf(spec["failurePolicy"], ["Fail", "Ignore"], isRequired: true)
        let hasParameters = spec["paramKind"].isSet
        if hasParameters { parameterKind(spec["paramKind"], &errors) }
        let constraints = spec["matchConstraints"]
        if constraints.isSet {
            match(constraints, &errors)
            if constraints["resourceRules"].isEmpty { errors.required(constraints["resourceRules"]) }
        } else {
            errors.required(constraints)
        }
        conditions(spec["matchConditions"], hasParameters, &errors)
        let types = variables(spec["variables"], hasParameters, &errors)
        let (validations, annotations) = (spec["validations"], spec["auditAnnotations"])
        if validations.isEmpty, annotations.isEmpty {
            for field in [validations, annotations] {
                errors.required(field, "validations or auditAnnotations must contain at least one item")
            }
        }
        for validation in validations.items { check(validation: validation, hasParameters, types, &errors) }
        if annotations.items.count > 20 { errors.invalid(annotations, "must not have more than 20 auditAnnotations") }
        var keys: Set<String> = []
        for annotation in annotations.items {
            errors.invalid(
                annotation["key"],
                NameRules.qualifiedName("\(policy["metadata"]["name"].string)/\(annotation["key"].string)"))
            if !keys.insert(annotation["key"].string).inserted { errors.duplicate(annotation["key"]) }
            let value = annotation["valueExpression"]
            if value.string.trimmed.isEmpty {
                errors.required(value, "valueExpression is not specified")
            } else if value.string.trimmed.utf8.count > 5 * 1024 {
                errors.required(value, "must not exceed 5120 bytes in length")
            } else {
                expression(
                    value, PolicyEnvironment.make(hasParameters: hasParameters, hasAuthorizer: true, variables: types),
                    [.string, .null], &errors)
            }
        }
    }

    static func check(mutatingPolicy policy: Field, _ errors: inout FieldErrors) {
        let spec = policy["spec"]
        errors.oneOf(spec["failurePolicy"], ["Fail", "Ignore"], isRequired: true)
        let hasParameters = spec["paramKind"].isSet
        if hasParameters { parameterKind(spec["paramKind"], &errors) }
        let constraints = spec["matchConstraints"]
        if constraints.isSet {
            match(constraints, &errors)
            if constraints["resourceRules"].isEmpty { errors.required(constraints["resourceRules"]) }
        } else {
            errors.required(constraints)
        }
        conditions(spec["matchConditions"], hasParameters, &errors)
        let types = variables(spec["variables"], hasParameters, &errors)
        if spec["mutations"].isEmpty { errors.required(spec["mutations"], "mutations must contain at least one item") }
        let environment = PolicyEnvironment.make(
            hasParameters: hasParameters, hasAuthorizer: true, variables: types, types: PatchTypes())
        for mutation in spec["mutations"].items {
            errors.oneOf(mutation["patchType"], ["ApplyConfiguration", "JSONPatch"], isRequired: true)
            let isPatch = mutation["patchType"].string == "JSONPatch"
            let text = mutation[isPatch ? "jsonPatch" : "applyConfiguration"]["expression"]
            if text.string.trimmed.isEmpty {
                errors.required(text, "expression is not specified")
            } else {
                expression(text, environment, [isPatch ? .list(.object("JSONPatch")) : .object("Object")], &errors)
            }
        }
        errors.oneOf(spec["reinvocationPolicy"], ["IfNeeded", "Never"], isRequired: true)
    }

    static func check(binding: Field, isMutating: Bool, _ errors: inout FieldErrors) {
        let spec = binding["spec"]
        if spec["policyName"].isEmpty {
            errors.required(spec["policyName"])
        } else {
            errors.invalid(spec["policyName"], NameRules.subdomain(spec["policyName"].string))
        }
        if spec["paramRef"].isSet { parameterReference(spec["paramRef"], &errors) }
        if spec["matchResources"].isSet {
            // The place is misspelled in Kubernetes, too.
            match(spec["matchResources"].reported(at: .member(spec.path, "matchResouces")), &errors)
        }
        if isMutating { return }
        let actions = spec["validationActions"]
        if actions.isEmpty { errors.required(actions, "at least one validation action is required") }
        var seen: Set<String> = []
        for action in actions.items {
            errors.oneOf(action, ["Audit", "Deny", "Warn"])
            if !seen.insert(action.string).inserted { errors.duplicate(action) }
        }
        if seen.isSuperset(of: ["Deny", "Warn"]) {
            errors.invalid(
                actions,
                "must not contain both Deny and Warn (repeating the same validation failure information in the API response and "
                    + "headers serves no purpose)")
        }
    }

    private static func parameterKind(_ kind: Field, _ errors: inout FieldErrors) {
        errors.present(kind["apiVersion"])
        errors.present(kind["kind"])
        let problems = NameRules.letterLabel(kind["kind"].string.lowercased())
        if !kind["kind"].isEmpty, !problems.isEmpty {
            errors.invalid(
                kind["kind"], "may have mixed case, but should otherwise match: \(problems.joined(separator: ","))")
        }
    }

    private static func parameterReference(_ reference: Field, _ errors: inout FieldErrors) {
        let (name, selector) = (reference["name"], reference["selector"])
        if !name.isEmpty {
            errors.invalid(name, NameRules.pathSegment(name.string))
            if selector.isSet {
                errors.forbidden(name, "name and selector are mutually exclusive")
                errors.forbidden(selector, "name and selector are mutually exclusive")
            }
        } else if !selector.isSet {
            errors.required(reference, "one of name or selector must be specified")
        }
        SelectorRules.check(selector, &errors)
        errors.oneOf(reference["parameterNotFoundAction"], ["Deny", "Allow"], isRequired: true)
    }

    private static func match(_ match: Field, _ errors: inout FieldErrors) {
        errors.oneOf(match["matchPolicy"], ["Equivalent", "Exact"], isRequired: true)
        for name in ["namespaceSelector", "objectSelector"] {
            if match[name].isSet { SelectorRules.check(match[name], &errors) } else { errors.required(match[name]) }
        }
        for rule in match["resourceRules"].items + match["excludeResourceRules"].items {
            for name in ["apiGroups", "apiVersions", "resources", "operations"] {
                let values = rule[name]
                if values.isEmpty {
                    errors.required(values)
                } else if values.strings.contains("*"), values.strings.count > 1, name != "resources" {
                    errors.invalid(
                        values,
                        "if '*' is present, must not specify other \(name == "apiGroups" ? "API groups" : name == "apiVersions" ? "API versions" : name)"
                    )
                }
            }
            for operation in rule["operations"].items {
                errors.oneOf(operation, ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"])
            }
            if rule["scope"].isSet { errors.oneOf(rule["scope"], ["*", "Cluster", "Namespaced"]) }
        }
    }

    // MARK: expressions

    private static func conditions(_ conditions: Field, _ hasParameters: Bool, _ errors: inout FieldErrors) {
        if conditions.items.count > 64 { errors.tooMany(conditions, conditions.items.count, limit: 64) }
        let environment = PolicyEnvironment.make(hasParameters: hasParameters, hasAuthorizer: true, variables: nil)
        var names: Set<String> = []
        for condition in conditions.items {
            let text = condition["expression"]
            if text.string.trimmed.isEmpty {
                errors.required(text)
            } else {
                expression(text, environment, [.bool], &errors)
            }
            let name = condition["name"]
            if name.isEmpty {
                errors.required(name)
            } else {
                errors.invalid(name, NameRules.qualifiedName(name.string))
                if !names.insert(name.string).inserted { errors.duplicate(name) }
            }
        }
    }

    private static func variables(
        _ variables: Field, _ hasParameters: Bool, _ errors: inout FieldErrors
    ) -> [String: ExpressionType]? {
        var types: [String: ExpressionType]?
        for variable in variables.items {
            let (name, text) = (variable["name"], variable["expression"])
            if types == nil { types = [:] }
            if name.string.trimmed.isEmpty {
                errors.required(name, "name is not specified")
            } else if !isIdentifier(name.string) {
                errors.invalid(name, "name is not a valid CEL identifier")
            }
            if text.string.trimmed.isEmpty {
                errors.required(text, "expression is not specified")
                continue
            }
            let environment = PolicyEnvironment.make(
                hasParameters: hasParameters, hasAuthorizer: true, variables: types)
            types?[name.string] = expression(text, environment, nil, &errors) ?? .dyn
        }
        return types
    }

    private static func isIdentifier(_ text: String) -> Bool {
        text.utf8.allSatisfy { NameRules.isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
            && !(text.utf8.first.map(NameRules.isDigit) ?? true) && DeclaredType.escape(text) == text
    }

    private static func check(
        validation: Field, _ hasParameters: Bool, _ types: [String: ExpressionType]?, _ errors: inout FieldErrors
    ) {
        let (text, message, messageText) = (
            validation["expression"], validation["message"], validation["messageExpression"]
        )
        if text.string.trimmed.isEmpty {
            errors.required(text, "expression is not specified")
        } else {
            let environment = PolicyEnvironment.make(
                hasParameters: hasParameters, hasAuthorizer: true, variables: types)
            expression(text, environment, [.bool], &errors)
        }
        if !messageText.isEmpty {
            if messageText.string.trimmed.isEmpty {
                errors.invalid(messageText, "must be non-empty if specified")
            } else {
                let environment = PolicyEnvironment.make(
                    hasParameters: hasParameters, hasAuthorizer: false, variables: types)
                expression(messageText, environment, [.string], &errors)
            }
        }
        if !message.isEmpty, message.string.trimmed.isEmpty {
            errors.invalid(message, "message must be non-empty if specified")
        } else if message.string.trimmed.contains(where: \.isNewline) {
            errors.invalid(message, "message must not contain line breaks")
        }
        if validation["reason"].isSet {
            errors.oneOf(validation["reason"], ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"])
        }
    }

    /// - Parameter wanted: the types it may have; nil: any.
    /// - Returns: the type; nil where it does not compile.
    @discardableResult
    private static func expression(
        _ field: Field, _ environment: Environment, _ wanted: [ExpressionType]?, _ errors: inout FieldErrors
    ) -> ExpressionType? {
        do {
            let type = try Expression.compile(field.string, in: environment).type
            if let wanted, type != .dyn, !wanted.contains(type) {
                let names = wanted.map { $0 == .null ? "null_type" : $0.name }
                errors.invalid(
                    field,
                    names.count == 1
                        ? "must evaluate to \(names[0])" : "must evaluate to one of [\(names.joined(separator: " "))]")
            }
            return type
        } catch {
            errors.invalid(field, "compilation failed: \(error)")
            return nil
        }
    }
}
