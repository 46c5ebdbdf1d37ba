import ClawDocuments
import ClawExpressions
import ClawSchemas

/// A MutatingAdmissionPolicy, compiled.
/// <https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/>
struct MutatingPolicy: Sendable {
    private enum Mutation: Sendable {
        case apply(Result<Expression, EvaluationError>)
        case jsonPatch(Result<Expression, EvaluationError>)
        case unknown(String)
    }

    let name: String
    let parameterKind: Field
    let constraints: ResourceMatch
    let ignoresFailures: Bool
    let isReinvoked: Bool
    private let conditions: MatchConditions
    private let variables: [String: Result<Expression, EvaluationError>]
    private let mutations: [Mutation]

    init(_ policy: JSONObject) {
        let spec = Field(policy)["spec"]
        name = policy.objectName
        parameterKind = spec["paramKind"]
        constraints = ResourceMatch(spec["matchConstraints"])
        ignoresFailures = spec["failurePolicy"].string == "Ignore"
        isReinvoked = spec["reinvocationPolicy"].string == "IfNeeded"
        let hasParameters = parameterKind.isSet
        conditions = MatchConditions(
            spec["matchConditions"], hasParameters: hasParameters, ignoresFailures: ignoresFailures)
        let (compiled, types) = PolicyVariables.compile(spec["variables"], hasParameters: hasParameters)
        variables = compiled
        let environment = PolicyEnvironment.make(
            hasParameters: hasParameters, hasAuthorizer: true, variables: types, types: PatchTypes())
        mutations = spec["mutations"].items.map { mutation in
            switch mutation["patchType"].string {
            case "ApplyConfiguration":
                .apply(ValidatingPolicy.compile(mutation["applyConfiguration"]["expression"].string, environment))
            case "JSONPatch":
                .jsonPatch(ValidatingPolicy.compile(mutation["jsonPatch"]["expression"].string, environment))
            case let other: .unknown(other)
            }
        }
    }

    /// Why a policy could not do its work.
    struct Problem: Error { let text: String }

    /// The object changed as the policy wants it; nil where the policy is not for it.
    func mutate(
        _ object: JSONObject, _ bindings: Bindings, parameter: JSONObject?, _ resource: RegisteredResource
    ) throws(Problem) -> JSONObject? {
        var bindings = bindings
        if parameterKind.isSet { bindings["params"] = parameter.map { Value(.object($0)) } ?? .null }
        switch conditions.match(bindings) {
        case .success(false): return nil
        case .failure(let problem): throw Problem(text: "\(problem)")
        case .success(true): break
        }
        var changed = object
        for mutation in mutations {
            // Each mutation sees what those before it have made of the object.
            bindings["object"] = Value(.object(changed))
            var all = bindings
            if !variables.isEmpty { all["variables"] = .opaque(PolicyVariables(variables, bindings)) }
            switch mutation {
            case .apply(let expression): changed = try apply(try value(expression, all), to: changed, resource)
            case .jsonPatch(let expression): changed = try patch(try value(expression, all), changed)
            case .unknown(let type): throw Problem(text: "unsupported patch type: \(type)")
            }
        }
        return changed
    }

    private func value(_ expression: Result<Expression, EvaluationError>, _ bindings: Bindings) throws(Problem) -> Value
    {
        switch expression {
        case .failure(let problem): throw Problem(text: "\(problem)")
        case .success(let expression):
            var budget = Cost()
            do {
                return try expression.evaluate(bindings, budget: &budget)
            } catch {
                throw Problem(text: "expression '\(expression.text)' resulted in error: \(error)")
            }
        }
    }

    private func apply(_ value: Value, to object: JSONObject, _ resource: RegisteredResource) throws(Problem)
        -> JSONObject
    {
        guard case .map(let map) = value, case .object("Object") = value.type else {
            throw Problem(text: "unsupported return type from ApplyConfiguration expression: \(value.type)")
        }
        if let problem = Self.misnamed(.map(map), "Object") { throw Problem(text: "type mismatch: \(problem)") }
        do {
            guard var configuration = try value.json().object else { return object }
            configuration[.apiVersion] = object[.apiVersion]
            configuration[.kind] = object[.kind]
            let fields = resource.fieldManager(nil)
            return try fields.walker.merge(configuration, into: object, fields.schema)
        } catch {
            throw Problem(text: "error applying patch: failed to merge patch: \(error)")
        }
    }

    /// The types of objects say where they belong: `Object.spec{…}` is a value for `spec`.
    private static func misnamed(_ value: Value, _ path: String) -> String? {
        switch value {
        case .map(.made(let name, let entries)):
            if name != path {
                return
                    "unexpected type name \"\(name)\", expected \"\(path)\", which matches field name path from root Object type"
            }
            for (key, member) in zip(entries.keys, entries.values) {
                if let problem = misnamed(member, "\(path).\(key.string ?? "")") { return problem }
            }
            return nil
        case .map(let map):
            return map.keys.lazy.compactMap { map[$0].flatMap { misnamed($0, path) } }.first
        case .list(let list): return list.values.lazy.compactMap { misnamed($0, path) }.first
        default: return nil
        }
    }

    private func patch(_ value: Value, _ object: JSONObject) throws(Problem) -> JSONObject {
        guard case .list(let list) = value else {
            throw Problem(text: "type mismatch: JSONPatchType.expression should evaluate to array")
        }
        do {
            var operations: [JSON] = []
            for operation in list.values {
                guard case .object("JSONPatch") = operation.type else {
                    throw EvaluationError(
                        "type mismatch: JSONPatchType.expression should evaluate to array of JSONPatch")
                }
                operations.append(try operation.json())
            }
            return try JSONPatch(parsing: .array(operations)).apply(to: object)
        } catch {
            throw Problem(text: "JSON Patch: \((error as? PatchError)?.message ?? "\(error)")")
        }
    }
}

/// The types that mutations can make: `Object` and what is in it, of any shape, and `JSONPatch`.
struct PatchTypes: ObjectTypes {
    func contains(_ object: String) -> Bool {
        object == "Object" || object.hasPrefix("Object.") || object == "JSONPatch"
    }

    func field(_ name: String, of object: String) -> ExpressionType? {
        guard object == "JSONPatch" else { return .dyn }
        return switch name {
        case "op", "path", "from": .string
        case "value": .dyn
        default: nil
        }
    }
}
