extension FunctionTable {
    /// Lists as sets.
    mutating func addSets() {
        declare(
            """
            list_sets_contains_list = sets.contains(list<T>, list<T>) -> bool
            list_sets_equivalent_list = sets.equivalent(list<T>, list<T>) -> bool
            list_sets_intersects_list = sets.intersects(list<T>, list<T>) -> bool
            """)
        add("sets.contains") { a throws(EvaluationError) in
            guard let whole = a.list(0), let part = a.list(1) else { return nil }
            return .bool(part.values.allSatisfy(whole.contains))
        }
        add("sets.equivalent") { a throws(EvaluationError) in
            guard let x = a.list(0), let y = a.list(1) else { return nil }
            return .bool(x.values.allSatisfy(y.contains) && y.values.allSatisfy(x.contains))
        }
        add("sets.intersects") { a throws(EvaluationError) in
            guard let x = a.list(0), let y = a.list(1) else { return nil }
            return .bool(x.values.contains(where: y.contains))
        }
    }
}
