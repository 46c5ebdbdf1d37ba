/// A node of a checked expression, ready to be evaluated.
final class Step: Sendable {
    indirect enum Kind: Sendable {
        case constant(Value)
        case variable(String)
        /// A loop's variable or a binding, by its place on the stack.
        case local(Int)
        case select(Step, String, isTest: Bool)
        case optionalSelect(Step, String)
        case and(Step, Step)
        case or(Step, Step)
        case conditional(Step, Step, Step)
        case call(Call)
        case list([Item])
        case map([Entry])
        case message(String, [Entry])
        case loop(Loop)
        case bind(Step, body: Step)
    }

    struct Call: Sendable {
        let function: String
        /// The overload, where only one can be meant.
        let overload: String?
        let arguments: [Step]
        let implementations: [Implementation]
        /// The compiled pattern of an expression that is a constant.
        let pattern: Pattern?
    }

    struct Item: Sendable {
        let step: Step
        let isOptional: Bool
    }

    struct Entry: Sendable {
        let key: Step
        let value: Step
        let isOptional: Bool
    }

    struct Loop: Sendable {
        let range: Step
        let hasTwoVariables: Bool
        let purpose: Purpose
    }

    enum Purpose: Sendable {
        case all(Step)
        case exists(Step)
        case existsOne(Step)
        case gather(filter: Step?, Step)
        case insert(filter: Step?, key: Step?, Step)
    }

    let kind: Kind

    init(_ kind: Kind) { self.kind = kind }
}

/// Turns a checked tree into steps.
struct StepBuilder {
    private let environment: Environment
    /// The names on the stack of loop variables and bindings.
    private var locals: [String] = []
    private(set) var issues: [ExpressionIssue] = []
    private(set) var variables: Set<String> = []

    init(_ environment: Environment) { self.environment = environment }

    mutating func build(_ node: Node) -> Step {
        switch node.kind {
        case .literal(let value): return Step(.constant(value))
        case .identifier(let name):
            if let index = locals.lastIndex(of: name) { return Step(.local(index)) }
            if let constant = node.constant { return Step(.constant(constant)) }
            variables.insert(name)
            return Step(.variable(name))
        case .select(let operand, let field, let isTest): return Step(.select(build(operand), field, isTest: isTest))
        case .call(let function, let target, let arguments): return call(node, function, target, arguments)
        case .list(let elements):
            return Step(.list(elements.map { .init(step: build($0.node), isOptional: $0.isOptional) }))
        case .map(let entries):
            return Step(
                .map(entries.map { .init(key: build($0.key), value: build($0.value), isOptional: $0.isOptional) }))
        case .message(let name, let fields):
            return Step(
                .message(
                    name,
                    fields.map {
                        .init(
                            key: Step(.constant(.string($0.name))), value: build($0.value), isOptional: $0.isOptional)
                    }))
        case .comprehension(let loop): return comprehension(loop)
        }
    }

    private mutating func call(_ node: Node, _ function: String, _ target: Node?, _ arguments: [Node]) -> Step {
        let operands = (target.map { [$0] } ?? []) + arguments
        checkLiterals(function, operands)
        let steps = operands.map { build($0) }
        switch (function, steps.count) {
        case ("_&&_", 2): return Step(.and(steps[0], steps[1]))
        case ("_||_", 2): return Step(.or(steps[0], steps[1]))
        case ("_?_:_", 3): return Step(.conditional(steps[0], steps[1], steps[2]))
        case ("_?._", 2):
            guard case .literal(.string(let field)) = arguments[1].kind else { break }
            return Step(.optionalSelect(steps[0], field))
        default: break
        }
        return Step(
            .call(
                .init(
                    function: function, overload: node.overloads.count == 1 ? node.overloads[0].id : nil,
                    arguments: steps, implementations: environment.implementations[function] ?? [],
                    pattern: pattern(function, operands))))
    }

    private func pattern(_ function: String, _ operands: [Node]) -> Pattern? {
        guard ["matches", "find", "findAll"].contains(function), operands.count >= 2,
            case .literal(.string(let text)) = operands[1].kind
        else { return nil }
        return try? Pattern(text)
    }

    /// Literals that can only fail are refused beforehand.
    private mutating func checkLiterals(_ function: String, _ operands: [Node]) {
        func literal(_ index: Int) -> (String, Int)? {
            guard operands.indices.contains(index), case .literal(.string(let text)) = operands[index].kind else {
                return nil
            }
            return (text, operands[index].position)
        }
        switch function {
        case "duration":
            if let (text, position) = literal(0), Value.Span(text) == nil {
                issues.append(ExpressionIssue("invalid duration argument", at: position))
            }
        case "timestamp":
            if let (text, position) = literal(0), Instant(text) == nil {
                issues.append(ExpressionIssue("invalid timestamp argument", at: position))
            }
        case "matches":
            if let (text, position) = literal(1) {
                do { _ = try Pattern(text) } catch {
                    issues.append(ExpressionIssue("invalid matches argument", at: position))
                }
            }
        default: break
        }
    }

    private mutating func comprehension(_ loop: Node.Comprehension) -> Step {
        if case .bind = loop.purpose {
            let value = build(loop.initial)
            locals.append(loop.accumulator)
            defer { locals.removeLast() }
            return Step(.bind(value, body: build(loop.result)))
        }
        let range = build(loop.range)
        locals.append(loop.variable)
        if let second = loop.variable2 { locals.append(second) }
        defer { locals.removeLast(loop.variable2 == nil ? 1 : 2) }
        let purpose: Step.Purpose =
            switch loop.purpose {
            case .all(let node): .all(build(node))
            case .exists(let node): .exists(build(node))
            case .existsOne(let node): .existsOne(build(node))
            case .gather(let filter, let node): .gather(filter: filter.map { build($0) }, build(node))
            case .insert(let filter, let key, let node):
                .insert(filter: filter.map { build($0) }, key: key.map { build($0) }, build(node))
            case .bind: .all(range)
            }
        return Step(.loop(.init(range: range, hasTwoVariables: loop.variable2 != nil, purpose: purpose)))
    }
}
