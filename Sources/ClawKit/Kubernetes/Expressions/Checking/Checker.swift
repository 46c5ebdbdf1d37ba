/// Finds the type of each node and the overloads that each call can mean. Reports as cel-go does.
struct Checker {
    private let environment: Environment
    private var scopes: [[String: ExpressionType]] = []
    private var known = Substitution()
    private var freshTypes = 0
    private(set) var issues: [ExpressionIssue] = []

    init(_ environment: Environment) { self.environment = environment }

    /// Checks the tree; its nodes are typed where no issue was found.
    static func check(_ root: Node, in environment: Environment) -> [ExpressionIssue] {
        var checker = Checker(environment)
        checker.check(root)
        checker.substitute(root)
        return checker.issues
    }

    private mutating func report(_ message: String, _ node: Node) {
        issues.append(ExpressionIssue(message, at: node.position))
    }

    private mutating func freshType() -> ExpressionType {
        defer { freshTypes += 1 }
        return .parameter("_var\(freshTypes)")
    }

    /// Puts what has become known of type parameters into the nodes.
    private func substitute(_ node: Node) {
        node.type = node.type.map { known.apply($0, unknownIsDyn: true) }
        switch node.kind {
        case .literal, .identifier: break
        case .select(let operand, _, _): substitute(operand)
        case .call(_, let target, let arguments):
            if let target { substitute(target) }
            arguments.forEach(substitute)
        case .list(let elements): elements.forEach { substitute($0.node) }
        case .map(let entries):
            for entry in entries {
                substitute(entry.key)
                substitute(entry.value)
            }
        case .message(_, let fields): fields.forEach { substitute($0.value) }
        case .comprehension(let loop):
            [loop.range, loop.initial, loop.condition, loop.step, loop.result].forEach(substitute)
        }
    }

    // MARK: nodes

    private mutating func check(_ node: Node) {
        // A macro can use its argument twice.
        if node.type != nil { return }
        switch node.kind {
        case .literal(let value): node.type = value.type
        case .identifier(let name): identifier(node, name)
        case .select(let operand, let field, let isTest): select(node, operand, field, isTest: isTest)
        case .call(let function, let target, let arguments): call(node, function, target, arguments)
        case .list(let elements):
            var type: ExpressionType?
            for element in elements {
                check(element.node)
                type = join(type, elementType(element.node, isOptional: element.isOptional), element.node)
            }
            node.type = .list(type ?? freshType())
        case .map(let entries): map(node, entries)
        case .message(let name, let fields): message(node, name, fields)
        case .comprehension(let loop): comprehension(node, loop)
        }
    }

    private func lookUp(_ name: String) -> ExpressionType? {
        for scope in scopes.reversed() {
            if let type = scope[name] { return type }
        }
        return environment.variables[name]
    }

    /// Whether the name is known; the node is its reference then.
    private mutating func resolve(_ node: Node, _ name: String) -> Bool {
        if let type = lookUp(name) {
            node.kind = .identifier(name)
            node.type = type
            return true
        }
        if let type = environment.type(named: name) {
            node.kind = .identifier(name)
            node.type = .type(type)
            node.constant = .type(type)
            return true
        }
        return false
    }

    private mutating func identifier(_ node: Node, _ name: String) {
        guard !resolve(node, name) else { return }
        node.type = .error
        report("undeclared reference to '\(name)' (in container '')", node)
    }

    private mutating func select(_ node: Node, _ operand: Node, _ field: String, isTest: Bool) {
        if let name = node.qualifiedName, resolve(node, name) { return }
        let type = fieldType(node, operand, field, isOptional: false)
        node.type = isTest ? .bool : known.apply(type)
    }

    private mutating func fieldType(
        _ node: Node, _ operand: Node, _ field: String, isOptional: Bool
    ) -> ExpressionType {
        check(operand)
        let operandType = known.apply(operand.type ?? .error)
        let wrapped = operandType.wrappedByOptional
        var result = ExpressionType.error
        switch wrapped ?? operandType {
        case .map(_, let value): result = value
        case .object(let name):
            if let type = environment.fieldType(of: name, field) {
                result = type
            } else {
                report("undefined field '\(field)'", node)
            }
        case .parameter:
            _ = known.assign(.dyn, to: wrapped ?? operandType)
            result = .dyn
        case let other:
            if !other.isDynOrError { report("type '\(other)' does not support field selection", node) }
            result = .dyn
        }
        return wrapped != nil || isOptional ? .optional(result) : result
    }

    // MARK: calls

    private mutating func call(_ node: Node, _ function: String, _ target: Node?, _ arguments: [Node]) {
        if function == "_?._", target == nil, arguments.count == 2,
            case .literal(.string(let field)) = arguments[1].kind
        {
            check(arguments[1])
            node.type = known.apply(fieldType(node, arguments[0], field, isOptional: true))
            node.overloads = [Overload(id: "select_optional_field", isMember: false, parameters: [], result: .dyn)]
            return
        }
        for argument in arguments { check(argument) }
        if let target {
            // `a.b.c()`: a function of the name `a.b.c`, or `c` of `a.b`.
            if let prefix = target.qualifiedName, let overloads = environment.functions["\(prefix).\(function)"] {
                node.kind = .call("\(prefix).\(function)", target: nil, arguments)
                return resolve(node, "\(prefix).\(function)", overloads, nil, arguments)
            }
            check(target)
        }
        guard let overloads = environment.functions[function] else {
            node.type = .error
            return report("undeclared reference to '\(function)' (in container '')", node)
        }
        resolve(node, function, overloads, target, arguments)
    }

    private mutating func resolve(
        _ node: Node, _ function: String, _ overloads: [Overload], _ target: Node?, _ arguments: [Node]
    ) {
        let operands = (target.map { [$0] } ?? []) + arguments
        let types = operands.map { $0.type ?? .error }
        if function == "_&&_" || function == "_||_" {
            var isWrong = false
            for operand in operands where !known.assign(operand.type ?? .error, to: .bool) {
                report(
                    "expected type 'bool' but found '\(known.apply(operand.type ?? .error, unknownIsDyn: true))'",
                    operand)
                isWrong = true
            }
            node.overloads = isWrong ? [] : overloads
            node.type = isWrong ? .error : .bool
            return
        }
        var result: ExpressionType?
        for overload in overloads where overload.isMember == (target != nil) && overload.parameters.count == types.count
        {
            let (parameters, answer) = instantiate(overload)
            guard known.assign(types, to: parameters) else { continue }
            node.overloads.append(overload)
            let type = known.apply(answer)
            if let previous = result {
                if previous != .dyn, type != previous { result = .dyn }
            } else {
                result = type
            }
        }
        if let result {
            node.type = result
        } else {
            node.type = .error
            let shown = types.map { known.apply($0, unknownIsDyn: true) }
            var signature = "(\(shown.map(\.description).joined(separator: ", ")))"
            if target != nil, let receiver = shown.first {
                signature = "\(receiver).(\(shown.dropFirst().map(\.description).joined(separator: ", ")))"
            }
            report("found no matching overload for '\(function)' applied to '\(signature)'", node)
        }
    }

    /// The signature with fresh types for its type parameters.
    private mutating func instantiate(_ overload: Overload) -> ([ExpressionType], ExpressionType) {
        guard overload.isGeneric else { return (overload.parameters, overload.result) }
        var fresh = Substitution()
        for name in ["A", "B", "K", "V", "T"] { fresh[.parameter(name)] = freshType() }
        return (overload.parameters.map { fresh.apply($0) }, fresh.apply(overload.result))
    }

    // MARK: literals of many

    private mutating func elementType(_ node: Node, isOptional: Bool) -> ExpressionType {
        let type = node.type ?? .error
        guard isOptional else { return type }
        let applied = known.apply(type)
        if let wrapped = applied.wrappedByOptional { return wrapped }
        if applied != .dyn { report("expected type '\(ExpressionType.optional(type))' but found '\(type)'", node) }
        return applied
    }

    private mutating func join(_ previous: ExpressionType?, _ type: ExpressionType, _ node: Node) -> ExpressionType {
        guard let previous else { return type }
        if known.assign(previous, to: type) { return Substitution.mostGeneral(previous, type) }
        if !environment.aggregatesAreHomogeneous { return .dyn }
        report(
            "expected type '\(known.apply(previous, unknownIsDyn: true))' but found "
                + "'\(known.apply(type, unknownIsDyn: true))'", node)
        return .error
    }

    private mutating func map(_ node: Node, _ entries: [Node.Entry]) {
        var (key, value): (ExpressionType?, ExpressionType?)
        for entry in entries {
            check(entry.key)
            key = join(key, entry.key.type ?? .error, entry.key)
            check(entry.value)
            value = join(value, elementType(entry.value, isOptional: entry.isOptional), entry.value)
        }
        node.type = .map(key ?? freshType(), value ?? freshType())
    }

    private mutating func message(_ node: Node, _ name: String, _ fields: [Node.Field]) {
        node.type = .error
        var type: ExpressionType?
        if let declared = environment.type(named: name) {
            type = declared
            if case .object = declared {
                node.type = declared
            } else {
                type = nil
                report("'\(declared)' is not a message type", node)
            }
        } else {
            report("undeclared reference to '\(name)' (in container '')", node)
        }
        for field in fields {
            check(field.value)
            let valueType = elementType(field.value, isOptional: field.isOptional)
            guard type != nil else { continue }
            guard let fieldType = environment.fieldType(of: name, field.name) else {
                issues.append(ExpressionIssue("undefined field '\(field.name)'", at: field.position))
                continue
            }
            if !known.assign(fieldType, to: valueType) {
                let shown = known.apply(valueType, unknownIsDyn: true)
                issues.append(
                    ExpressionIssue(
                        "expected type of field '\(field.name)' is '\(fieldType)' but provided type is '\(shown)'",
                        at: field.position))
            }
        }
    }

    private mutating func comprehension(_ node: Node, _ loop: Node.Comprehension) {
        check(loop.range)
        check(loop.initial)
        let range = known.apply(loop.range.type ?? .error)
        let accumulatorType = loop.initial.type ?? .error
        var (first, second): (ExpressionType, ExpressionType)
        switch range {
        case .list(let element): (first, second) = loop.variable2 == nil ? (element, .dyn) : (.int, element)
        case .map(let key, let value): (first, second) = (key, value)
        case .dyn, .error, .parameter:
            _ = known.assign(.dyn, to: range)
            (first, second) = (.dyn, .dyn)
        default:
            report(
                "expression of type '\(range)' cannot be range of a comprehension (must be list, map, or dynamic)",
                loop.range)
            (first, second) = (.error, .error)
        }
        scopes.append([loop.accumulator: accumulatorType])
        var variables = [loop.variable: first]
        if let name = loop.variable2 { variables[name] = second }
        scopes.append(variables)
        check(loop.condition)
        expect(.bool, loop.condition)
        check(loop.step)
        expect(accumulatorType, loop.step)
        scopes.removeLast()
        check(loop.result)
        scopes.removeLast()
        node.type = known.apply(loop.result.type ?? .error)
    }

    private mutating func expect(_ type: ExpressionType, _ node: Node) {
        let found = node.type ?? .error
        if !known.assign(type, to: found) {
            report(
                "expected type '\(known.apply(type, unknownIsDyn: true))' but found "
                    + "'\(known.apply(found, unknownIsDyn: true))'", node)
        }
    }
}
