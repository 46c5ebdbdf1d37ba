/// The macros: calls that the parser turns into comprehensions, presence tests and bindings.
///
/// Standard macros and `has` are of the language itself; those of two variables, `sortBy` and the optionals' are
/// extensions that Kubernetes has.
enum Macro {
    enum Expansion {
        /// Not a macro: a call like any other.
        case none
        case node(Node)
        case issue(ExpressionIssue)
    }

    /// What the loop gathers its result in; no identifier can be spelled so.
    static let accumulator = "@result"

    static func expand(_ name: String, target: Node?, _ arguments: [Node], at position: Int) -> Expansion {
        let call = Call(name: name, arguments: arguments, position: position)
        do throws(ExpressionIssue) {
            guard let target else {
                return name == "has" && arguments.count == 1 ? .node(try call.presence()) : .none
            }
            if let node = try call.loop(over: target) { return .node(node) }
            if let node = try call.binding(target) { return .node(node) }
            return .none
        } catch {
            return .issue(error)
        }
    }

    private struct Call {
        let name: String
        let arguments: [Node]
        let position: Int

        // MARK: building

        func node(_ kind: Node.Kind) -> Node { Node(kind, at: position) }
        func literal(_ value: Value) -> Node { node(.literal(value)) }
        func call(_ function: String, _ arguments: Node...) -> Node { node(.call(function, target: nil, arguments)) }
        func member(_ target: Node, _ function: String) -> Node { node(.call(function, target: target, [])) }
        func accumulated() -> Node { node(.identifier(accumulator)) }
        func singleton(_ element: Node) -> Node { node(.list([.init(node: element, isOptional: false)])) }

        func fold(
            _ range: Node, _ variables: [String], _ purpose: Node.Purpose, initial: Node, condition: Node, step: Node,
            result: Node? = nil, into accumulator: String = Macro.accumulator
        ) -> Node {
            node(
                .comprehension(
                    .init(
                        range: range, variable: variables[0], variable2: variables.count > 1 ? variables[1] : nil,
                        accumulator: accumulator, initial: initial, condition: condition, step: step,
                        result: result ?? accumulated(), purpose: purpose)))
        }

        /// `name` stands for `value` in `body`.
        func bind(_ name: String, to value: Node, in body: Node) -> Node {
            fold(
                node(.list([])), ["#unused"], .bind, initial: value, condition: literal(.bool(false)),
                step: node(.identifier(name)), result: body, into: name)
        }

        // MARK: arguments

        func variable(_ index: Int, _ message: String) throws(ExpressionIssue) -> String {
            guard case .identifier(let name) = arguments[index].kind else {
                throw ExpressionIssue(message, at: arguments[index].position)
            }
            guard name != accumulator, name != "__result__" else {
                throw ExpressionIssue(
                    "iteration variable overwrites accumulator variable", at: arguments[index].position)
            }
            return name
        }

        /// One variable, or two.
        func variables(_ count: Int) throws(ExpressionIssue) -> [String] {
            if count == 1 {
                return [
                    try variable(
                        0,
                        name == "exists_one" || name == "all" || name == "exists"
                            ? "argument must be a simple name" : "argument is not an identifier")
                ]
            }
            let names = [
                try variable(0, "argument must be a simple name"), try variable(1, "argument must be a simple name"),
            ]
            guard names[0] != names[1] else {
                throw ExpressionIssue("duplicate variable name: \(names[0])", at: arguments[1].position)
            }
            return names
        }

        // MARK: the macros

        func presence() throws(ExpressionIssue) -> Node {
            guard case .select(let operand, let field, isTest: false) = arguments[0].kind else {
                throw ExpressionIssue("invalid argument to has() macro", at: arguments[0].position)
            }
            return node(.select(operand, field, isTest: true))
        }

        func loop(over range: Node) throws(ExpressionIssue) -> Node? {
            guard let last = arguments.last else { return nil }
            switch (name, arguments.count) {
            case ("all", 2), ("all", 3):
                return fold(
                    range, try variables(arguments.count - 1), .all(last), initial: literal(.bool(true)),
                    condition: call("@not_strictly_false", accumulated()), step: call("_&&_", accumulated(), last))
            case ("exists", 2), ("exists", 3):
                return fold(
                    range, try variables(arguments.count - 1), .exists(last), initial: literal(.bool(false)),
                    condition: call("@not_strictly_false", call("!_", accumulated())),
                    step: call("_||_", accumulated(), last))
            case ("exists_one", 2), ("exists_one", 3), ("existsOne", 2), ("existsOne", 3):
                return fold(
                    range, try variables(arguments.count - 1), .existsOne(last), initial: literal(.int(0)),
                    condition: literal(.bool(true)),
                    step: call(
                        "_?_:_", last, call("_+_", accumulated(), literal(.int(1))),
                        accumulated()), result: call("_==_", accumulated(), literal(.int(1))))
            case ("map", 2), ("map", 3):
                return gather(range, try variables(1), arguments.count == 3 ? arguments[1] : nil, last)
            case ("filter", 2):
                let variable = try variables(1)
                return gather(range, variable, arguments[1], arguments[0])
            case ("transformList", 3), ("transformList", 4):
                return gather(range, try variables(2), arguments.count == 4 ? arguments[2] : nil, last)
            case ("transformMap", 3), ("transformMap", 4), ("transformMapEntry", 3), ("transformMapEntry", 4):
                return entries(range, try variables(2))
            default: return nil
            }
        }

        /// Appends `element` for each that passes the filter.
        private func gather(_ range: Node, _ variables: [String], _ filter: Node?, _ element: Node) -> Node {
            let append = call("_+_", accumulated(), singleton(element))
            return fold(
                range, variables, .gather(filter: filter, element), initial: node(.list([])),
                condition: literal(.bool(true)),
                step: filter.map { call("_?_:_", $0, append, accumulated()) } ?? append)
        }

        private func entries(_ range: Node, _ variables: [String]) -> Node {
            let value = arguments[arguments.count - 1]
            let filter = arguments.count == 4 ? arguments[2] : nil
            let key = name == "transformMap" ? node(.identifier(variables[0])) : nil
            let insert =
                key.map { call("cel.@mapInsert", accumulated(), $0, value) }
                ?? call("cel.@mapInsert", accumulated(), value)
            return fold(
                range, variables, .insert(filter: filter, key: key, value), initial: node(.map([])),
                condition: literal(.bool(true)), step: filter.map { call("_?_:_", $0, insert, accumulated()) } ?? insert
            )
        }

        func binding(_ target: Node) throws(ExpressionIssue) -> Node? {
            guard arguments.count == 2 else { return nil }
            switch name {
            case "optMap", "optFlatMap":
                guard case .identifier(let variable) = arguments[0].kind else {
                    throw ExpressionIssue(
                        "\(name)() variable name must be a simple identifier", at: arguments[0].position)
                }
                let body = bind(variable, to: member(target, "value"), in: arguments[1])
                return call(
                    "_?_:_", member(target, "hasValue"), name == "optMap" ? call("optional.of", body) : body,
                    call("optional.none"))
            case "sortBy":
                let input = "@__sortBy_input__"
                guard case .identifier(let variable) = arguments[0].kind else {
                    throw ExpressionIssue("argument is not an identifier", at: arguments[0].position)
                }
                let keys = gather(node(.identifier(input)), [variable], nil, arguments[1])
                return bind(
                    input, to: target, in: call("@sortByAssociatedKeys", node(.identifier(input)), keys))
            default: return nil
            }
        }
    }
}
