import ClawBase

/// Queries put together in Swift: `.equal("app", "web") && .oneOf("tier", ["a", "b"]) && .absent("legacy")`.
extension LabelQuery {
    public static func equal(_ key: String, _ value: String) -> LabelQuery { .oneOf(key, [value]) }

    /// Also where the label is absent.
    public static func notEqual(_ key: String, _ value: String) -> LabelQuery { .noneOf(key, [value]) }

    public static func oneOf(_ key: String, _ values: Set<String>) -> LabelQuery {
        LabelQuery(requirements: [.isIn(key, values)])
    }

    /// Also where the label is absent.
    public static func noneOf(_ key: String, _ values: Set<String>) -> LabelQuery {
        LabelQuery(requirements: [.isNotIn(key, values)])
    }

    public static func exists(_ key: String) -> LabelQuery { LabelQuery(requirements: [.exists(key)]) }

    public static func absent(_ key: String) -> LabelQuery { LabelQuery(requirements: [.doesNotExist(key)]) }

    /// Both. Label selectors know no `or` but ``oneOf(_:_:)``.
    public static func && (a: LabelQuery, b: LabelQuery) -> LabelQuery {
        LabelQuery(requirements: a.requirements + b.requirements)
    }

    /// What makes the query impossible to write as text; nil where nothing does.
    var problem: Finding? {
        for requirement in requirements {
            if !LabelSyntax.isKey(requirement.key) {
                return Finding(
                    .badRequest, "'\(requirement.key)' is no label name; use letters, digits, '-', '_' and '.'.")
            }
            if let values = requirement.values, values.isEmpty {
                return Finding(.badRequest, "The label '\(requirement.key)' needs at least one value to compare with.")
            }
            if let value = requirement.values?.sorted().first(where: { !LabelSyntax.isValue($0) }) {
                return Finding(
                    .badRequest, "'\(value)' is no label value; use up to 63 letters, digits, '-', '_' and '.'.")
            }
        }
        return nil
    }
}

extension LabelQuery: CustomStringConvertible {
    /// The query as text, the same for equal queries: `app=web,tier in (a,b),!legacy`.
    public var description: String { requirements.map(\.description).joined(separator: ",") }
}

extension LabelQuery.Requirement: CustomStringConvertible {
    var key: String {
        switch self {
        case .exists(let key), .doesNotExist(let key), .isIn(let key, _), .isNotIn(let key, _), .isGreater(let key, _),
            .isLess(let key, _):
            key
        }
    }

    var values: Set<String>? {
        switch self {
        case .isIn(_, let values), .isNotIn(_, let values): values
        default: nil
        }
    }

    public var description: String {
        switch self {
        case .exists(let key): key
        case .doesNotExist(let key): "!\(key)"
        case .isIn(let key, let values): Self.text(key, values, one: "=", many: "in")
        case .isNotIn(let key, let values): Self.text(key, values, one: "!=", many: "notin")
        case .isGreater(let key, let bound): "\(key)>\(bound)"
        case .isLess(let key, let bound): "\(key)<\(bound)"
        }
    }

    private static func text(_ key: String, _ values: Set<String>, one: String, many: String) -> String {
        let values = values.sorted()
        return values.count == 1 ? "\(key)\(one)\(values[0])" : "\(key) \(many) (\(values.joined(separator: ",")))"
    }
}

extension LabelQuery {
    /// What a workload's, a service's or a policy's selector says. Without any requirement it selects everything.
    /// <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements>
    /// - Throws: ``Finding`` with ``FindingCode/badRequest`` for an operator that is none, or values that do not fit.
    public init(_ selector: LabelSelector) throws {
        var requirements = selector.matchLabels.sorted { $0.key < $1.key }.map { Requirement.isIn($0.key, [$0.value]) }
        for expression in selector.matchExpressions {
            let (key, values) = (expression.key, Set(expression.values))
            switch (expression.operator, values.isEmpty) {
            case ("In", false): requirements.append(.isIn(key, values))
            case ("NotIn", false): requirements.append(.isNotIn(key, values))
            case ("Exists", true): requirements.append(.exists(key))
            case ("DoesNotExist", true): requirements.append(.doesNotExist(key))
            case ("In", true), ("NotIn", true), ("Exists", false), ("DoesNotExist", false):
                throw Finding(
                    .badRequest,
                    "The operator \(expression.operator) on '\(key)' \(values.isEmpty ? "needs values" : "takes no values").",
                    field: "matchExpressions")
            default:
                throw Finding(
                    .badRequest, "'\(expression.operator)' is no operator; use In, NotIn, Exists or DoesNotExist.",
                    field: "matchExpressions")
            }
        }
        self.init(requirements: requirements)
        if let problem { throw problem }
    }
}

extension LabelSelector {
    /// The selector of a query, in the form that workloads and policies hold.
    /// - Throws: ``Finding`` with ``FindingCode/badRequest``: `>` and `<` have no such form.
    public init(_ query: LabelQuery) throws {
        self.init()
        for requirement in query.requirements {
            func add(_ operation: String, _ values: Set<String> = []) {
                matchExpressions.append(
                    LabelSelectorRequirement(key: requirement.key, operator: operation, values: values.sorted()))
            }
            switch requirement {
            case .exists: add("Exists")
            case .doesNotExist: add("DoesNotExist")
            case .isIn(let key, let values):
                if values.count == 1, let value = values.first, matchLabels[key] == nil {
                    matchLabels[key] = value
                } else {
                    add("In", values)
                }
            case .isNotIn(_, let values): add("NotIn", values)
            case .isGreater, .isLess:
                throw Finding(.badRequest, "A label selector cannot say '\(requirement)'; use In with the values.")
            }
        }
    }
}
