extension FunctionTable {
    /// Regular expressions.
    mutating func addPatterns() {
        declare(
            """
            matches = matches(string, string) -> bool
            matches_string = string'matches(string) -> bool
            string_find_string = string'find(string) -> string
            string_find_all_string = string'findAll(string) -> list<string>
            string_find_all_string_int = string'findAll(string, int) -> list<string>
            """)
        add("matches") { a throws(EvaluationError) in
            guard let text = a.string(0), let source = a.string(1) else { return nil }
            return .bool(try Self.pattern(a, source).matches(text))
        }
        add("find") { a throws(EvaluationError) in
            guard let text = a.string(0), let source = a.string(1) else { return nil }
            return .string(try Self.pattern(a, source).find(in: text, limit: 1).first ?? "")
        }
        add("findAll") { a throws(EvaluationError) in
            guard let text = a.string(0), let source = a.string(1) else { return nil }
            let limit = a.int(2).map { Int(clamping: $0) } ?? -1
            let found = try Self.pattern(a, source).find(in: text, limit: limit < 0 ? .max : limit)
            return .list(.values(found.map(Value.string)))
        }
    }

    private static func pattern(_ a: Invocation, _ source: String) throws(EvaluationError) -> Pattern {
        if let pattern = a.pattern { return pattern }
        do {
            return try Pattern(source)
        } catch {
            throw EvaluationError("Illegal regex: \(error)")
        }
    }
}
