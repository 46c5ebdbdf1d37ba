extension FunctionTable {
    static let comparable = ["int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"]

    /// Lists, as of version 3 of cel-go's extension.
    mutating func addLists() {
        declare(
            """
            list_slice = list<T>'slice(int, int) -> list<T>
            list_flatten = list<list<T>>'flatten() -> list<T>
            list_flatten_int = list<dyn>'flatten(int) -> list<dyn>
            lists_range = lists.range(int) -> list<int>
            list_reverse = list<T>'reverse() -> list<T>
            list_distinct = list<T>'distinct() -> list<T>
            """)
        for type in Self.comparable {
            declare(
                """
                list_\(type)_sort = list<\(type)>'sort() -> list<\(type)>
                list_\(type)_sortByAssociatedKeys = @sortByAssociatedKeys(list<T>, list<\(type)>) -> list<T>
                """)
        }
        add("slice") { a throws(EvaluationError) in
            guard let list = a.list(0), let start = a.int(1), let end = a.int(2) else { return nil }
            let call = "cannot slice(\(start), \(end))"
            if start < 0 || end < 0 { throw EvaluationError("\(call), negative indexes not supported") }
            if start > end { throw EvaluationError("\(call), start index must be less than or equal to end index") }
            if end > list.count { throw EvaluationError("\(call), list is length \(list.count)") }
            return .list(.values(Array(list.values[Int(start)..<Int(end)])))
        }
        add("flatten") { a throws(EvaluationError) in
            guard let list = a.list(0) else { return nil }
            let depth = a.int(1) ?? 1
            if depth < 0 { throw EvaluationError("level must be non-negative") }
            var values: [Value] = []
            Self.flatten(list, depth, into: &values)
            return .list(.values(values))
        }
        add("lists.range") { a throws(EvaluationError) in
            guard let count = a.int(0) else { return nil }
            guard count <= 1_000_000 else { throw EvaluationError("list is too large") }
            return .list(.values((0..<max(0, count)).map(Value.int)))
        }
        add("reverse") { a throws(EvaluationError) in a.list(0).map { .list(.values($0.values.reversed())) } }
        add("distinct") { a throws(EvaluationError) in
            guard let list = a.list(0) else { return nil }
            var seen: Set<Value> = []
            return .list(.values(list.values.filter { seen.insert($0).inserted }))
        }
        add("sort") { a throws(EvaluationError) in
            guard let list = a.list(0) else { return nil }
            return .list(.values(try Self.sort(list, by: list)))
        }
        add("@sortByAssociatedKeys") { a throws(EvaluationError) in
            guard let list = a.list(0), let keys = a.list(1) else { return nil }
            return .list(.values(try Self.sort(list, by: keys)))
        }
    }

    private static func flatten(_ list: ListValue, _ depth: Int64, into values: inout [Value]) {
        for value in list.values {
            if depth > 0, case .list(let inner) = value {
                flatten(inner, depth - 1, into: &values)
            } else {
                values.append(value)
            }
        }
    }

    private static func sort(_ list: ListValue, by keys: ListValue) throws(EvaluationError) -> [Value] {
        let (values, keys) = (list.values, keys.values)
        guard values.count == keys.count else {
            throw EvaluationError(
                "@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but got "
                    + "\(values.count) and \(keys.count) elements respectively.")
        }
        guard let first = keys.first else { return [] }
        guard first.order(against: first) != nil else { throw EvaluationError("list elements must be comparable") }
        for key in keys where key.type != first.type { throw EvaluationError("list elements must have the same type") }
        return keys.indices.sorted { a, b in
            let order = keys[a].order(against: keys[b])
            return order == .less || (order != .greater && a < b)
        }.map { values[$0] }
    }
}
