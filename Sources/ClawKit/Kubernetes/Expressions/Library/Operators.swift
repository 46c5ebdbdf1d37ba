extension FunctionTable {
    /// Arithmetic and logic. Whole numbers never wrap around: what does not fit is an error.
    mutating func addOperators() {
        declare(
            """
            logical_and = _&&_(bool, bool) -> bool
            logical_or = _||_(bool, bool) -> bool
            logical_not = !_(bool) -> bool
            not_strictly_false = @not_strictly_false(bool) -> bool
            conditional = _?_:_(bool, A, A) -> A
            add_bytes = _+_(bytes, bytes) -> bytes
            add_double = _+_(double, double) -> double
            add_duration_duration = _+_(duration, duration) -> duration
            add_duration_timestamp = _+_(duration, timestamp) -> timestamp
            add_timestamp_duration = _+_(timestamp, duration) -> timestamp
            add_int64 = _+_(int, int) -> int
            add_list = _+_(list<A>, list<A>) -> list<A>
            add_string = _+_(string, string) -> string
            add_uint64 = _+_(uint, uint) -> uint
            subtract_double = _-_(double, double) -> double
            subtract_duration_duration = _-_(duration, duration) -> duration
            subtract_int64 = _-_(int, int) -> int
            subtract_timestamp_duration = _-_(timestamp, duration) -> timestamp
            subtract_timestamp_timestamp = _-_(timestamp, timestamp) -> duration
            subtract_uint64 = _-_(uint, uint) -> uint
            multiply_double = _*_(double, double) -> double
            multiply_int64 = _*_(int, int) -> int
            multiply_uint64 = _*_(uint, uint) -> uint
            divide_double = _/_(double, double) -> double
            divide_int64 = _/_(int, int) -> int
            divide_uint64 = _/_(uint, uint) -> uint
            modulo_int64 = _%_(int, int) -> int
            modulo_uint64 = _%_(uint, uint) -> uint
            negate_double = -_(double) -> double
            negate_int64 = -_(int) -> int
            """)
        add("!_") { a throws(EvaluationError) in a[0].bool.map { .bool(!$0) } }
        add("@not_strictly_false") { a throws(EvaluationError) in a[0].bool.map { .bool($0) } }
        add("-_") { a throws(EvaluationError) in
            switch a[0] {
            case .int(let value): .int(try Arithmetic.whole(Int64(0).subtractingReportingOverflow(value)))
            case .double(let value): .double(-value)
            default: nil
            }
        }
        add("_+_") { a throws(EvaluationError) in try Arithmetic.sum(a[0], a[1]) }
        add("_-_") { a throws(EvaluationError) in try Arithmetic.difference(a[0], a[1]) }
        add("_*_") { a throws(EvaluationError) in
            switch (a[0], a[1]) {
            case (.int(let x), .int(let y)): .int(try Arithmetic.whole(x.multipliedReportingOverflow(by: y)))
            case (.uint(let x), .uint(let y)): .uint(try Arithmetic.whole(x.multipliedReportingOverflow(by: y)))
            case (.double(let x), .double(let y)): .double(x * y)
            default: nil
            }
        }
        add("_/_") { a throws(EvaluationError) in
            switch (a[0], a[1]) {
            case (.int, .int(0)), (.uint, .uint(0)): throw EvaluationError("division by zero")
            case (.int(let x), .int(let y)): .int(try Arithmetic.whole(x.dividedReportingOverflow(by: y)))
            case (.uint(let x), .uint(let y)): .uint(x / y)
            case (.double(let x), .double(let y)): .double(x / y)
            default: nil
            }
        }
        add("_%_") { a throws(EvaluationError) in
            switch (a[0], a[1]) {
            case (.int, .int(0)), (.uint, .uint(0)): throw EvaluationError("modulus by zero")
            case (.int(let x), .int(let y)): .int(try Arithmetic.whole(x.remainderReportingOverflow(dividingBy: y)))
            case (.uint(let x), .uint(let y)): .uint(x % y)
            default: nil
            }
        }
    }
}

enum Arithmetic {
    static func whole<N: FixedWidthInteger>(
        _ result: (partialValue: N, overflow: Bool)
    ) throws(EvaluationError) -> N {
        guard !result.overflow else {
            throw EvaluationError(N.isSigned ? "integer overflow" : "unsigned integer overflow")
        }
        return result.partialValue
    }

    private static func instant(_ instant: Instant?) throws(EvaluationError) -> Value {
        guard let instant else { throw EvaluationError("timestamp overflow") }
        return .timestamp(instant)
    }

    private static func span(_ result: (partialValue: Int64, overflow: Bool)) throws(EvaluationError) -> Value {
        guard !result.overflow else { throw EvaluationError("duration overflow") }
        return .duration(.init(nanoseconds: result.partialValue))
    }

    static func sum(_ a: Value, _ b: Value) throws(EvaluationError) -> Value? {
        switch (a, b) {
        case (.int(let x), .int(let y)): return .int(try whole(x.addingReportingOverflow(y)))
        case (.uint(let x), .uint(let y)): return .uint(try whole(x.addingReportingOverflow(y)))
        case (.double(let x), .double(let y)): return .double(x + y)
        case (.string(let x), .string(let y)): return .string(x + y)
        case (.bytes(let x), .bytes(let y)): return .bytes(x + y)
        case (.list(let x), .list(let y)):
            guard x.count + y.count <= Evaluator.mostElements else { throw EvaluationError("list is too large") }
            return .list(.values(x.values + y.values))
        case (.duration(let x), .duration(let y)):
            return try span(x.nanoseconds.addingReportingOverflow(y.nanoseconds))
        case (.timestamp(let x), .duration(let y)), (.duration(let y), .timestamp(let x)):
            return try instant(x.adding(y))
        default: return nil
        }
    }

    static func difference(_ a: Value, _ b: Value) throws(EvaluationError) -> Value? {
        switch (a, b) {
        case (.int(let x), .int(let y)): return .int(try whole(x.subtractingReportingOverflow(y)))
        case (.uint(let x), .uint(let y)): return .uint(try whole(x.subtractingReportingOverflow(y)))
        case (.double(let x), .double(let y)): return .double(x - y)
        case (.duration(let x), .duration(let y)):
            return try span(x.nanoseconds.subtractingReportingOverflow(y.nanoseconds))
        case (.timestamp(let x), .timestamp(let y)):
            guard let span = x.since(y) else { throw EvaluationError("duration overflow") }
            return .duration(span)
        case (.timestamp(let x), .duration(let y)):
            guard y.nanoseconds != .min else { throw EvaluationError("timestamp overflow") }
            return try instant(x.adding(.init(nanoseconds: -y.nanoseconds)))
        default: return nil
        }
    }
}
