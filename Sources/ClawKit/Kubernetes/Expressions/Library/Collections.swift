extension FunctionTable {
    /// Sizes, membership and indices.
    mutating func addCollections() {
        declare(
            """
            size_bytes = size(bytes) -> int
            bytes_size = bytes'size() -> int
            size_list = size(list<A>) -> int
            list_size = list<A>'size() -> int
            size_map = size(map<A,B>) -> int
            map_size = map<A,B>'size() -> int
            size_string = size(string) -> int
            string_size = string'size() -> int
            in_list = @in(A, list<A>) -> bool
            in_map = @in(A, map<A,B>) -> bool
            index_list = _[_](list<A>, int) -> A
            index_map = _[_](map<A,B>, A) -> B
            optional_list_index_int = _[_](optional<list<A>>, int) -> optional<A>
            optional_map_index_value = _[_](optional<map<A,B>>, A) -> optional<B>
            list_optindex_optional_int = _[?_](list<A>, int) -> optional<A>
            optional_list_optindex_optional_int = _[?_](optional<list<A>>, int) -> optional<A>
            map_optindex_optional_value = _[?_](map<A,B>, A) -> optional<B>
            optional_map_optindex_optional_value = _[?_](optional<map<A,B>>, A) -> optional<B>
            @mapInsert_map_map = cel.@mapInsert(map<A,B>, map<A,B>) -> map<A,B>
            @mapInsert_map_key_value = cel.@mapInsert(map<A,B>, A, B) -> map<A,B>
            contains_string = string'contains(string) -> bool
            ends_with_string = string'endsWith(string) -> bool
            starts_with_string = string'startsWith(string) -> bool
            """)
        add("size") { a throws(EvaluationError) in
            switch a[0] {
            case .string(let text): .int(Int64(text.codePointCount))
            case .bytes(let bytes): .int(Int64(bytes.count))
            case .list(let list): .int(Int64(list.count))
            case .map(let map) where !map.isObject: .int(Int64(map.count))
            default: nil
            }
        }
        add("@in") { a throws(EvaluationError) in
            switch a[1] {
            case .list(let list): .bool(list.contains(a[0]))
            case .map(let map) where !map.isObject: .bool(map[a[0].asKey] != nil)
            default: nil
            }
        }
        add("_[_]") { a throws(EvaluationError) in
            if case .optional(let wrapped) = a[0] {
                guard let wrapped else { return a[0] }
                return .optional(try wrapped.element(at: a[1]))
            }
            if let value = try a[0].element(at: a[1]) { return value }
            if case .list = a[0] { throw EvaluationError("index out of bounds: \(a[1].display)") }
            throw EvaluationError("no such key: \(a[1].display)")
        }
        add("_[?_]") { a throws(EvaluationError) in
            if case .optional(let wrapped) = a[0] {
                guard let wrapped else { return a[0] }
                return .optional(try wrapped.element(at: a[1]))
            }
            return .optional(try a[0].element(at: a[1]))
        }
        add("contains") { a throws(EvaluationError) in
            guard let text = a.string(0), let part = a.string(1) else { return nil }
            return .bool(Texts.find(Array(part.utf8), in: Array(text.utf8), from: 0) != nil)
        }
        add("startsWith") { a throws(EvaluationError) in
            guard let text = a.string(0), let part = a.string(1) else { return nil }
            return .bool(text.utf8.starts(with: part.utf8))
        }
        add("endsWith") { a throws(EvaluationError) in
            guard let text = a.string(0), let part = a.string(1) else { return nil }
            return .bool(text.utf8.reversed().starts(with: part.utf8.reversed()))
        }
    }
}

extension Value {
    /// As a map's key: whole doubles are integers.
    var asKey: Value {
        if case .double(let value) = self, let whole = Int64(exactly: value) { .int(whole) } else { self }
    }

    /// nil where there is no such element.
    func element(at index: Value) throws(EvaluationError) -> Value? {
        switch self {
        case .list(let list):
            let place: Int?
            switch index {
            case .int(let value): place = Int(value)
            case .uint(let value): place = Int(exactly: value)
            case .double(let value):
                guard let whole = Int(exactly: value) else {
                    throw EvaluationError("unsupported index value \(index.display) in list")
                }
                place = whole
            default: throw EvaluationError("unsupported index type '\(index.type.name)' in list")
            }
            guard let place, (0..<list.count).contains(place) else { return nil }
            return list[place]
        case .map(let map) where !map.isObject: return map[index.asKey]
        case .map(let map): return map[index]
        default: throw .noSuchOverload
        }
    }
}
