/// What an expression costs at least and at most, by the largest sizes that the schema of its variables allows:
/// cel-go's rules (checker/cost.go) with Kubernetes' for its own functions.
struct CostEstimator {
    typealias Estimate = CostEstimate

    /// A node with what is known of it.
    struct Part {
        let node: Node
        /// Where it stands in a variable's type: variable, then fields, `@items`, `@keys`, `@values`.
        var path: [String]
        var size: Estimate?
    }

    private struct Entry {
        let key: Estimate
        let value: Estimate
        let isList: Bool
    }

    private struct Local {
        let path: [String]
        let size: Estimate?
        let entry: Entry?
    }

    private let environment: Environment
    private var paths: [ObjectIdentifier: [String]] = [:]
    private var sizes: [ObjectIdentifier: Estimate] = [:]
    private var entries: [ObjectIdentifier: Entry] = [:]
    private var locals: [String: [Local]] = [:]

    static func estimate(_ node: Node, in environment: Environment) -> CostEstimate {
        var estimator = CostEstimator(environment: environment)
        return estimator.cost(node)
    }

    private init(environment: Environment) { self.environment = environment }

    // MARK: sizes

    private func path(_ node: Node) -> [String] {
        if case .identifier(let name) = node.kind, let local = locals[name]?.last { return local.path }
        return paths[ObjectIdentifier(node)] ?? []
    }

    func part(_ node: Node) -> Part {
        var path = path(node)
        if path.first == Macro.accumulator { path = [] }
        return Part(node: node, path: path, size: size(node))
    }

    /// The largest size that the schema allows at a path.
    func declaredSize(_ path: [String]) -> Estimate? {
        // As Kubernetes has it, names that are no variables count as large as the value that rules are about.
        guard let name = path.first, var type = environment.declarations[name] ?? environment.declarations["self"]
        else { return nil }
        for step in path.dropFirst() {
            switch step {
            case "@items", "@values":
                guard let element = type.element else { return nil }
                type = element
            case "@keys", "@indices":
                guard type.element != nil, step == "@keys" else { return nil }
                // Keys are strings of any length.
                return Estimate(0, 0)
            default:
                guard let field = type.fields[step] else { return nil }
                type = field.type
            }
        }
        return Estimate(0, UInt64(max(0, type.mostElements)))
    }

    func size(_ node: Node) -> Estimate? {
        if let size = sizes[ObjectIdentifier(node)] { return size }
        switch node.kind {
        case .literal(let value): return Estimate(UInt64(value.size))
        case .list(let elements): return Estimate(UInt64(elements.count))
        case .map(let entries): return Estimate(UInt64(entries.count))
        default: break
        }
        if let size = declaredSize(path(node)) { return size }
        if node.type?.isScalar == true { return Estimate(1) }
        if case .identifier(let name) = node.kind { return locals[name]?.last?.size }
        return nil
    }

    private func entry(_ node: Node) -> Entry? {
        if let entry = entries[ObjectIdentifier(node)] { return entry }
        if case .identifier(let name) = node.kind { return locals[name]?.last?.entry }
        return nil
    }

    private func sizeOrUnknown(_ node: Node) -> Estimate { size(node) ?? .unknown }

    private func union(_ a: Entry?, _ b: Entry?) -> Entry? {
        guard let a, let b else { return nil }
        return Entry(key: a.key.union(b.key), value: a.value.union(b.value), isList: a.isList)
    }

    // MARK: costs

    private mutating func cost(_ node: Node) -> Estimate {
        switch node.kind {
        case .literal: return .zero
        case .identifier(let name):
            paths[ObjectIdentifier(node)] = locals[name]?.last?.path ?? [name]
            return Estimate(1)
        case .select(let operand, let field, let isTest):
            let operandCost = cost(operand)
            if isTest { return operandCost }
            paths[ObjectIdentifier(node)] = path(operand) + [field]
            switch operand.type {
            case .map?, .object?, .parameter?: return operandCost + Estimate(1)
            default: return operandCost
            }
        case .call(let function, let target, let arguments): return call(node, function, target, arguments)
        case .list(let elements): return list(node, elements)
        case .map(let entries): return map(node, entries)
        case .message(_, let fields): return fields.reduce(Estimate(40)) { $0 + cost($1.value) }
        case .comprehension(let loop): return comprehension(node, loop)
        }
    }

    private mutating func list(_ node: Node, _ elements: [Node.Element]) -> Estimate {
        var sum = Estimate(10)
        var size = Estimate(elements.isEmpty ? 0 : .max, 0)
        for element in elements {
            sum = sum + cost(element.node)
            size = size.union(sizeOrUnknown(element.node))
        }
        entries[ObjectIdentifier(node)] = Entry(key: Estimate(1), value: size, isList: true)
        return sum
    }

    private mutating func map(_ node: Node, _ list: [Node.Entry]) -> Estimate {
        var sum = Estimate(30)
        var key = Estimate(list.isEmpty ? 0 : .max, 0)
        var value = key
        for entry in list {
            sum = sum + cost(entry.key) + cost(entry.value)
            key = key.union(sizeOrUnknown(entry.key))
            value = value.union(sizeOrUnknown(entry.value))
        }
        entries[ObjectIdentifier(node)] = Entry(key: key, value: value, isList: false)
        return sum
    }

    private mutating func comprehension(_ node: Node, _ loop: Node.Comprehension) -> Estimate {
        var sum = cost(loop.range) + cost(loop.initial)
        push(loop.accumulator, Local(path: path(loop.initial), size: size(loop.initial), entry: entry(loop.initial)))
        if case .bind = loop.purpose {
            sum = sum + cost(loop.result)
            pop(loop.accumulator)
            sizes[ObjectIdentifier(node)] = size(loop.result)
            entries[ObjectIdentifier(node)] = entry(loop.result)
            return sum
        }
        let range = entry(loop.range)
        var isList = range?.isList ?? false
        if range == nil, case .list? = loop.range.type { isList = true }
        let rangePath = path(loop.range)
        func local(_ step: String, _ size: Estimate?) -> Local {
            Local(path: rangePath + [step], size: size, entry: nil)
        }
        if let second = loop.variable2 {
            push(loop.variable, local(isList ? "@indices" : "@keys", range?.key))
            push(second, local(isList ? "@items" : "@values", range?.value))
        } else {
            push(loop.variable, isList ? local("@items", range?.value) : local("@keys", range?.key))
        }
        let turn = cost(loop.condition) + cost(loop.step)
        pop(loop.variable)
        if let second = loop.variable2 { pop(second) }
        sum = sum + cost(loop.result)
        pop(loop.accumulator)
        let count = sizeOrUnknown(loop.range)
        switch loop.initial.kind {
        case .literal: sizes[ObjectIdentifier(node)] = size(loop.initial)
        case .list, .map:
            sizes[ObjectIdentifier(node)] = count
            entries[ObjectIdentifier(node)] = entry(loop.step)
        default: break
        }
        return sum + count * turn
    }

    private mutating func push(_ name: String, _ local: Local) { locals[name, default: []].append(local) }
    private mutating func pop(_ name: String) { locals[name]?.removeLast() }

    // MARK: calls

    private mutating func call(_ node: Node, _ function: String, _ target: Node?, _ arguments: [Node]) -> Estimate {
        let costs = arguments.map { cost($0) }
        if function == "dyn", let argument = arguments.first {
            sizes[ObjectIdentifier(node)] = size(argument)
            entries[ObjectIdentifier(node)] = entry(argument)
            return Estimate(1) + costs[0]
        }
        guard !node.overloads.isEmpty else { return .zero }
        let targetCost = target.map { cost($0) } ?? .zero
        var total = Estimate(.max, 0)
        var resultSize: Estimate?
        for overload in node.overloads {
            let (cost, size) = callCost(node, function, overload.id, target, arguments, costs)
            total = total.union(cost)
            if let size { resultSize = resultSize.map { $0.union(size) } ?? size }
            if overload.id == "index_list" || overload.id == "index_map" {
                resultSize = entry(arguments[0])?.value
                paths[ObjectIdentifier(node)] =
                    path(arguments[0]) + [overload.id == "index_list" ? "@items" : "@values"]
            }
            if resultSize == nil { resultSize = size ?? self.size(node) }
        }
        if let resultSize { sizes[ObjectIdentifier(node)] = resultSize }
        return targetCost + total
    }

    private mutating func callCost(
        _ node: Node, _ function: String, _ overload: String, _ target: Node?, _ arguments: [Node], _ costs: [Estimate]
    ) -> (Estimate, size: Estimate?) {
        let sum = costs.reduce(.zero, +)
        let parts = arguments.map { part($0) }
        let targetPart = target.map { part($0) }
        if let (cost, size) = libraryCost(function, overload, targetPart, parts) { return (cost + sum, size) }
        func size(_ index: Int) -> Estimate { index < parts.count ? parts[index].size ?? .unknown : .unknown }
        switch overload {
        case "string_format": return ((targetPart?.size ?? .unknown) * 0.1 + sum, nil)
        case "string_to_bytes": return (size(0) * 0.1 + sum, Estimate(size(0).min, size(0).max.timesOrMost(4)))
        case "bytes_to_string": return (size(0) * 0.1 + sum, Estimate(size(0).min / 4, size(0).max))
        case "strings_quote":
            return (
                size(0) * 0.1 + sum, Estimate(size(0).min.addingOrMost(2), size(0).max.timesOrMost(2).addingOrMost(2))
            )
        case "starts_with_string", "ends_with_string": return (size(0) * 0.1 + sum, nil)
        case "in_list": return (size(1) * 1 + sum, nil)
        case "matches_string", "matches":
            guard let targetPart else { break }
            return (((targetPart.size ?? .unknown) + Estimate(1)) * 0.1 * (size(0) * 0.25) + sum, nil)
        case "contains_string":
            return ((targetPart?.size ?? .unknown) * 0.1 * (size(0) * 0.1) + sum, nil)
        case "logical_and", "logical_or": return (Estimate(costs[0].min, (costs[0] + costs[1]).max), nil)
        case "conditional":
            entries[ObjectIdentifier(node)] = union(entry(arguments[1]), entry(arguments[2]))
            return (costs[0] + costs[1].union(costs[2]), size(1).union(size(2)))
        case "add_string", "add_bytes", "add_list":
            let result = size(0) + size(1)
            if let both = union(entry(arguments[0]), entry(arguments[1])) { entries[ObjectIdentifier(node)] = both }
            return ((overload == "add_list" ? Estimate(1) : result * 0.1) + sum, result)
        case "equals", "not_equals": return (comparison(size(0), size(1)) + sum, nil)
        default:
            if overload.hasPrefix("less_") || overload.hasPrefix("greater_"),
                overload.hasSuffix("_string") || overload.hasSuffix("_bytes")
            {
                return (comparison(size(0), size(1)) + sum, nil)
            }
        }
        return (Estimate(1) + sum, nil)
    }

    private func comparison(_ a: Estimate, _ b: Estimate) -> Estimate {
        let most = min(a.max, b.max)
        return Estimate(most > 0 ? 1 : 0, most) * 0.1
    }
}
