extension FunctionTable {
    /// `==`, `!=` and the orders, the latter also between numbers of different types.
    mutating func addComparisons() {
        declare("equals = _==_(A, A) -> bool\nnot_equals = _!=_(A, A) -> bool")
        let names = [
            ("int", "int64"), ("uint", "uint64"), ("double", "double"), ("bool", "bool"), ("string", "string"),
            ("bytes", "bytes"), ("timestamp", "timestamp"), ("duration", "duration"),
        ]
        for (symbol, id) in [("<", "less"), ("<=", "less_equals"), (">", "greater"), (">=", "greater_equals")] {
            for (type, name) in names { declare("\(id)_\(name) = _\(symbol)_(\(type), \(type)) -> bool") }
            for (a, x) in names.prefix(3) {
                for (b, y) in names.prefix(3) where a != b {
                    declare("\(id)_\(x)_\(y) = _\(symbol)_(\(a), \(b)) -> bool")
                }
            }
        }
        add("_==_") { a throws(EvaluationError) in .bool(a[0] == a[1]) }
        add("_!=_") { a throws(EvaluationError) in .bool(a[0] != a[1]) }
        add("_<_") { a throws(EvaluationError) in a[0].order(against: a[1]).map { .bool($0 == .less) } }
        add("_<=_") { a throws(EvaluationError) in
            a[0].order(against: a[1]).map { .bool($0 == .less || $0 == .same) }
        }
        add("_>_") { a throws(EvaluationError) in a[0].order(against: a[1]).map { .bool($0 == .greater) } }
        add("_>=_") { a throws(EvaluationError) in
            a[0].order(against: a[1]).map { .bool($0 == .greater || $0 == .same) }
        }
    }
}
