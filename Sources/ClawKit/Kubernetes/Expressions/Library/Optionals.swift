extension FunctionTable {
    /// Values that may be absent.
    mutating func addOptionals() {
        declare(
            """
            optional_of = optional.of(A) -> optional<A>
            optional_ofNonZeroValue = optional.ofNonZeroValue(A) -> optional<A>
            optional_none = optional.none() -> optional<A>
            optional_value = optional<A>'value() -> A
            optional_hasValue = optional<A>'hasValue() -> bool
            optional_or_optional = optional<A>'or(optional<A>) -> optional<A>
            optional_orValue_value = optional<A>'orValue(A) -> A
            list_first = list<A>'first() -> optional<A>
            list_last = list<A>'last() -> optional<A>
            optional_unwrap = optional.unwrap(list<optional<A>>) -> list<A>
            optional_unwrapOpt = list<optional<A>>'unwrapOpt() -> list<A>
            """)
        add("optional.of") { a throws(EvaluationError) in .optional(a[0]) }
        add("optional.none") { _ throws(EvaluationError) in .optional(nil) }
        add("optional.ofNonZeroValue") { a throws(EvaluationError) in .optional(a[0].isZero ? nil : a[0]) }
        add("hasValue") { a throws(EvaluationError) in
            guard case .optional(let value) = a[0] else { return nil }
            return .bool(value != nil)
        }
        add("value") { a throws(EvaluationError) in
            guard case .optional(let value) = a[0] else { return nil }
            guard let value else { throw EvaluationError("optional.none() dereference") }
            return value
        }
        add("or") { a throws(EvaluationError) in
            guard case .optional(let value) = a[0], case .optional = a[1] else { return nil }
            return value == nil ? a[1] : a[0]
        }
        add("orValue") { a throws(EvaluationError) in
            guard case .optional(let value) = a[0] else { return nil }
            return value ?? a[1]
        }
        add("first") { a throws(EvaluationError) in a.list(0).map { .optional($0.count > 0 ? $0[0] : nil) } }
        add("last") { a throws(EvaluationError) in a.list(0).map { .optional($0.count > 0 ? $0[$0.count - 1] : nil) } }
        for name in ["optional.unwrap", "unwrapOpt"] {
            add(name) { a throws(EvaluationError) in
                guard let list = a.list(0) else { return nil }
                var values: [Value] = []
                for value in list.values {
                    guard case .optional(let wrapped) = value else {
                        throw EvaluationError("value \(value.display) is not optional")
                    }
                    if let wrapped { values.append(wrapped) }
                }
                return .list(.values(values))
            }
        }
    }
}

extension Value {
    /// Whether the value is its type's zero: 0, empty, null.
    var isZero: Bool {
        switch self {
        case .null: true
        case .bool(let value): !value
        case .int(let value): value == 0
        case .uint(let value): value == 0
        case .double(let value): value == 0
        case .string(let text): text.isEmpty
        case .bytes(let bytes): bytes.isEmpty
        case .duration(let span): span.nanoseconds == 0
        case .timestamp(let instant): instant.seconds == Instant.earliest && instant.nanoseconds == 0
        case .list(let list): list.count == 0
        case .map(let map): map.count == 0
        case .optional(let value): value?.isZero ?? true
        case .type, .opaque: false
        }
    }
}
