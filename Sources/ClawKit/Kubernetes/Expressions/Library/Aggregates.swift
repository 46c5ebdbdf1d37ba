extension FunctionTable {
    /// Kubernetes' own functions of lists: sums, extremes, places.
    mutating func addAggregates() {
        for type in Self.comparable {
            declare(
                """
                list_\(type)_is_sorted_bool = list<\(type)>'isSorted() -> bool
                list_\(type)_max_\(type) = list<\(type)>'max() -> \(type)
                list_\(type)_min_\(type) = list<\(type)>'min() -> \(type)
                """)
        }
        for type in ["int", "uint", "double", "duration"] {
            declare("list_\(type)_sum_\(type) = list<\(type)>'sum() -> \(type)")
        }
        declare(
            """
            list_a_index_of_int = list<A>'indexOf(A) -> int
            list_a_last_index_of_int = list<A>'lastIndexOf(A) -> int
            """)
        add("isSorted") { a throws(EvaluationError) in
            guard let values = a.list(0)?.values else { return nil }
            for (value, next) in zip(values, values.dropFirst()) {
                guard let order = value.order(against: next) else { return nil }
                if order == .greater { return .bool(false) }
            }
            return .bool(true)
        }
        add("sum") { a throws(EvaluationError) in
            guard let list = a.list(0) else { return nil }
            var sum: Value?
            for value in list.values {
                if let previous = sum { sum = try Arithmetic.sum(previous, value) } else { sum = value }
            }
            return sum ?? .int(0)
        }
        add("max") { a throws(EvaluationError) in try Self.extreme(a, "max", .less) }
        add("min") { a throws(EvaluationError) in try Self.extreme(a, "min", .greater) }
        add("indexOf") { a throws(EvaluationError) in
            a.list(0).map { list in .int((0..<list.count).first { list[$0] == a[1] }.map(Int64.init) ?? -1) }
        }
        add("lastIndexOf") { a throws(EvaluationError) in
            a.list(0).map { list in .int((0..<list.count).last { list[$0] == a[1] }.map(Int64.init) ?? -1) }
        }
    }

    private static func extreme(
        _ a: Invocation, _ name: String, _ replaced: Value.Order
    ) throws(EvaluationError) -> Value? {
        guard let list = a.list(0) else { return nil }
        guard list.count > 0 else { throw EvaluationError("\(name) called on empty list") }
        var best = list[0]
        for value in list.values.dropFirst() {
            guard let order = best.order(against: value) else { return nil }
            if order == replaced { best = value }
        }
        return best
    }
}
