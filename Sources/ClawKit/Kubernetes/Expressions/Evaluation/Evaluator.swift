/// Evaluates the steps of an expression, counting what they cost as cel-go does.
struct Evaluator {
    private let bindings: Bindings
    private var locals: [Value] = []
    var budget: Cost

    init(_ bindings: Bindings, _ budget: Cost) { (self.bindings, self.budget) = (bindings, budget) }

    /// What is larger than this is not made: it would not fit into a request either.
    static let mostElements = 10_000_000

    mutating func evaluate(_ step: Step) throws(EvaluationError) -> Value {
        switch step.kind {
        case .constant(let value): return value
        case .local(let index):
            try budget.charge(1)
            return locals[index]
        case .variable(let name):
            try budget.charge(1)
            guard let value = try bindings.value(name, &budget) else {
                throw EvaluationError("no such attribute(s): \(name)")
            }
            return value
        case .select(let operand, let field, let isTest): return try select(operand, field, isTest: isTest)
        case .optionalSelect(let operand, let field):
            let value = try evaluate(operand)
            try budget.charge(1)
            return try optional(value, field)
        case .and(let a, let b): return try logical(a, b, decidedBy: false)
        case .or(let a, let b): return try logical(a, b, decidedBy: true)
        case .conditional(let condition, let ifTrue, let ifFalse):
            guard let bool = try evaluate(condition).bool else { throw .noSuchOverload }
            return try evaluate(bool ? ifTrue : ifFalse)
        case .call(let call): return try evaluate(call)
        case .list(let items): return try list(items)
        case .map(let entries): return .map(.entries(try self.entries(entries, cost: 30)))
        case .message(let name, let fields): return .map(.made(name, try entries(fields, cost: 40)))
        case .loop(let loop): return try evaluate(loop)
        case .bind(let value, let body):
            locals.append(try evaluate(value))
            defer { locals.removeLast() }
            try budget.charge(10)
            return try evaluate(body)
        }
    }

    // MARK: fields

    private mutating func select(_ operand: Step, _ field: String, isTest: Bool) throws(EvaluationError) -> Value {
        let value = try evaluate(operand)
        if isTest { return .bool(try member(value, field) != nil) }
        try budget.charge(1)
        if case .optional = value { return try optional(value, field) }
        guard let member = try member(value, field) else { throw EvaluationError("no such key: \(field)") }
        return member
    }

    private mutating func optional(_ value: Value, _ field: String) throws(EvaluationError) -> Value {
        if case .optional(let wrapped) = value {
            guard let wrapped else { return value }
            return .optional(try member(wrapped, field))
        }
        return .optional(try member(value, field))
    }

    private mutating func member(_ value: Value, _ field: String) throws(EvaluationError) -> Value? {
        switch value {
        case .map(let map): return map[.string(field)]
        case .opaque(let opaque): return try opaque.member(field, &budget)
        case .optional(let wrapped):
            return try wrapped.flatMap { value throws(EvaluationError) in try member(value, field) }
        default: throw .noSuchOverload
        }
    }

    // MARK: logic

    /// `&&` or `||`: what decides absorbs an error of the other side.
    private mutating func logical(_ a: Step, _ b: Step, decidedBy decisive: Bool) throws(EvaluationError) -> Value {
        var problem: EvaluationError?
        for step in [a, b] {
            do throws(EvaluationError) {
                guard let bool = try evaluate(step).bool else { throw .noSuchOverload }
                if bool == decisive { return .bool(decisive) }
            } catch {
                if error.isOverLimit { throw error }
                if problem == nil { problem = error }
            }
        }
        if let problem { throw problem }
        return .bool(!decisive)
    }

    // MARK: calls

    private mutating func evaluate(_ call: Step.Call) throws(EvaluationError) -> Value {
        var arguments: [Value] = []
        arguments.reserveCapacity(call.arguments.count)
        for step in call.arguments { arguments.append(try evaluate(step)) }
        let invocation = Invocation(arguments: arguments, pattern: call.pattern)
        // What does not depend on the result is charged before the work is done.
        let before = CallCost.before(call.function, call.overload, arguments)
        try budget.charge(before)
        for implementation in call.implementations {
            if let value = try implementation(invocation) {
                try budget.charge(CallCost.after(call.function, value))
                return value
            }
        }
        throw .noSuchOverload
    }

    // MARK: lists and maps

    private mutating func list(_ items: [Step.Item]) throws(EvaluationError) -> Value {
        var values: [Value] = []
        for item in items {
            let value = try evaluate(item.step)
            if item.isOptional {
                guard case .optional(let wrapped) = value else { throw .noSuchOverload }
                if let wrapped { values.append(wrapped) }
            } else {
                values.append(value)
            }
        }
        try budget.charge(10)
        return .list(.values(values))
    }

    private mutating func entries(_ entries: [Step.Entry], cost: Int) throws(EvaluationError) -> MapValue.Entries {
        var map = MapValue.Entries()
        for entry in entries {
            let key = try evaluate(entry.key)
            guard key.isKey else { throw EvaluationError("unsupported key type: \(key.type.name)") }
            var value = try evaluate(entry.value)
            if entry.isOptional {
                guard case .optional(let wrapped) = value else { throw .noSuchOverload }
                guard let wrapped else { continue }
                value = wrapped
            }
            guard map.insert(key, value) else { throw EvaluationError("Failed with repeated key") }
        }
        try budget.charge(cost)
        return map
    }

    // MARK: loops

    private mutating func evaluate(_ loop: Step.Loop) throws(EvaluationError) -> Value {
        let range = try evaluate(loop.range)
        let count: Int
        var keys: [Value] = []
        switch range {
        case .list(let list): count = list.count
        case .map(let map):
            keys = map.keys
            count = keys.count
        default: throw .noSuchOverload
        }
        var result = LoopResult(loop.purpose)
        try budget.charge(result.startCost)
        let base = locals.count
        locals.append(.null)
        if loop.hasTwoVariables { locals.append(.null) }
        defer { locals.removeLast(locals.count - base) }
        for index in 0..<count {
            switch range {
            case .list(let list):
                if loop.hasTwoVariables {
                    locals[base] = .int(Int64(index))
                    locals[base + 1] = list[index]
                } else {
                    locals[base] = list[index]
                }
            case .map(let map):
                locals[base] = keys[index]
                if loop.hasTwoVariables { locals[base + 1] = map[keys[index]] ?? .null }
            default: break
            }
            if try !iterate(loop.purpose, &result) {
                // Before the next element, the condition is found not to hold.
                if index + 1 < count { try budget.charge(result.endCost) }
                break
            }
        }
        return try result.value()
    }

    /// One turn of a loop; false where the rest cannot change the result.
    private mutating func iterate(_ purpose: Step.Purpose, _ result: inout LoopResult) throws(EvaluationError) -> Bool {
        switch purpose {
        case .all(let predicate), .exists(let predicate):
            let decisive = if case .exists = purpose { true } else { false }
            try budget.charge(decisive ? 4 : 3)
            do throws(EvaluationError) {
                guard let bool = try evaluate(predicate).bool else { throw .noSuchOverload }
                if bool == decisive {
                    result.isDecided = true
                    return false
                }
            } catch {
                if error.isOverLimit { throw error }
                if result.problem == nil { result.problem = error }
            }
        case .existsOne(let predicate):
            guard let bool = try evaluate(predicate).bool else { throw .noSuchOverload }
            try budget.charge(bool ? 2 : 1)
            if bool { result.found += 1 }
        case .gather(let filter, let element):
            guard try passes(filter) else { return true }
            let value = try evaluate(element)
            try budget.charge(12)
            result.elements.append(value)
        case .insert(let filter, let key, let value):
            guard try passes(filter) else { return true }
            let inserted = try key.map { step throws(EvaluationError) in try evaluate(step) }
            let made = try evaluate(value)
            try budget.charge(2)
            try result.insert(inserted, made)
        }
        return true
    }

    private mutating func passes(_ filter: Step?) throws(EvaluationError) -> Bool {
        guard let filter else { return true }
        guard let bool = try evaluate(filter).bool else { throw .noSuchOverload }
        if !bool { try budget.charge(1) }
        return bool
    }
}

/// What a loop has gathered so far.
private struct LoopResult {
    private let purpose: Step.Purpose
    var isDecided = false
    var problem: EvaluationError?
    var found = 0
    var elements: [Value] = []
    private var entries = MapValue.Entries()

    init(_ purpose: Step.Purpose) { self.purpose = purpose }

    /// Of the empty accumulator and of reading it at the end.
    var startCost: Int {
        switch purpose {
        case .all, .exists: 1
        case .existsOne: 2
        case .gather: 11
        case .insert: 31
        }
    }

    /// Of finding that the condition no longer holds.
    var endCost: Int { if case .exists = purpose { 3 } else { 2 } }

    mutating func insert(_ key: Value?, _ value: Value) throws(EvaluationError) {
        if let key {
            if !entries.insert(key, value) { throw EvaluationError("insert failed: key \(key.display) already exists") }
        } else if case .map(let map) = value {
            for key in map.keys where !entries.insert(key, map[key] ?? .null) {
                throw EvaluationError("insert failed: key \(key.display) already exists")
            }
        } else {
            throw .noSuchOverload
        }
    }

    func value() throws(EvaluationError) -> Value {
        switch purpose {
        case .all, .exists:
            let decisive = if case .exists = purpose { true } else { false }
            if isDecided { return .bool(decisive) }
            if let problem { throw problem }
            return .bool(!decisive)
        case .existsOne: return .bool(found == 1)
        case .gather: return .list(.values(elements))
        case .insert: return .map(.entries(entries))
        }
    }
}

extension Value {
    /// Whether maps can have the value as a key.
    var isKey: Bool {
        switch self {
        case .bool, .int, .uint, .string: true
        default: false
        }
    }

    /// In an error's message.
    var display: String {
        switch self {
        case .string(let text): text
        case .int(let value): String(value)
        case .uint(let value): String(value)
        case .bool(let value): String(value)
        case .double(let value): GoNumbers.text(value)
        default: type.name
        }
    }
}
