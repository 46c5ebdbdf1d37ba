extension FunctionTable {
    /// Conversions between types, `type` and `dyn`.
    mutating func addConversions() {
        declare(
            """
            type = type(A) -> type<A>
            to_dyn = dyn(A) -> dyn
            bool_to_bool = bool(bool) -> bool
            string_to_bool = bool(string) -> bool
            bytes_to_bytes = bytes(bytes) -> bytes
            string_to_bytes = bytes(string) -> bytes
            double_to_double = double(double) -> double
            int64_to_double = double(int) -> double
            string_to_double = double(string) -> double
            uint64_to_double = double(uint) -> double
            duration_to_duration = duration(duration) -> duration
            string_to_duration = duration(string) -> duration
            int64_to_duration = duration(int) -> duration
            int64_to_int64 = int(int) -> int
            double_to_int64 = int(double) -> int
            duration_to_int64 = int(duration) -> int
            string_to_int64 = int(string) -> int
            timestamp_to_int64 = int(timestamp) -> int
            uint64_to_int64 = int(uint) -> int
            string_to_string = string(string) -> string
            bool_to_string = string(bool) -> string
            bytes_to_string = string(bytes) -> string
            double_to_string = string(double) -> string
            duration_to_string = string(duration) -> string
            int64_to_string = string(int) -> string
            timestamp_to_string = string(timestamp) -> string
            uint64_to_string = string(uint) -> string
            timestamp_to_timestamp = timestamp(timestamp) -> timestamp
            int64_to_timestamp = timestamp(int) -> timestamp
            string_to_timestamp = timestamp(string) -> timestamp
            uint64_to_uint64 = uint(uint) -> uint
            double_to_uint64 = uint(double) -> uint
            int64_to_uint64 = uint(int) -> uint
            string_to_uint64 = uint(string) -> uint
            """)
        add("type") { a throws(EvaluationError) in .type(a[0].type) }
        add("dyn") { a throws(EvaluationError) in a[0] }
        add("bool") { a throws(EvaluationError) in try Conversion.bool(a[0]) }
        add("bytes") { a throws(EvaluationError) in
            switch a[0] {
            case .bytes: a[0]
            case .string(let text): .bytes(Array(text.utf8))
            default: nil
            }
        }
        add("double") { a throws(EvaluationError) in try Conversion.double(a[0]) }
        add("int") { a throws(EvaluationError) in try Conversion.int(a[0]) }
        add("uint") { a throws(EvaluationError) in try Conversion.uint(a[0]) }
        add("string") { a throws(EvaluationError) in try Conversion.string(a[0]) }
        add("duration") { a throws(EvaluationError) in
            switch a[0] {
            case .duration: return a[0]
            case .int(let value): return .duration(.init(nanoseconds: value))
            case .string(let text):
                guard let span = Value.Span(text) else { throw Conversion.failure(a[0], to: .duration) }
                return .duration(span)
            default: return nil
            }
        }
        add("timestamp") { a throws(EvaluationError) in
            let instant: Instant?
            switch a[0] {
            case .timestamp: return a[0]
            case .int(let value): instant = Instant(seconds: value)
            case .string(let text): instant = Instant(text)
            default: return nil
            }
            guard let instant else { throw Conversion.failure(a[0], to: .timestamp) }
            return .timestamp(instant)
        }
    }
}

enum Conversion {
    static func failure(_ value: Value, to type: ExpressionType) -> EvaluationError {
        EvaluationError("type conversion error from '\(value.type.name)' to '\(type.name)'")
    }

    private static let overflow = EvaluationError("integer overflow")
    private static let unsignedOverflow = EvaluationError("unsigned integer overflow")

    static func bool(_ value: Value) throws(EvaluationError) -> Value? {
        switch value {
        case .bool: return value
        case .string(let text):
            switch text {
            case "1", "t", "T", "true", "TRUE", "True": return .bool(true)
            case "0", "f", "F", "false", "FALSE", "False": return .bool(false)
            default: throw failure(value, to: .bool)
            }
        default: return nil
        }
    }

    static func double(_ value: Value) throws(EvaluationError) -> Value? {
        switch value {
        case .double: return value
        case .int(let number): return .double(Double(number))
        case .uint(let number): return .double(Double(number))
        case .string(let text):
            switch text.lowercased() {
            case "nan": return .double(.nan)
            case "inf", "+inf", "infinity", "+infinity": return .double(.infinity)
            case "-inf", "-infinity": return .double(-.infinity)
            default:
                guard let number = Double(text), number.isFinite else { throw failure(value, to: .double) }
                return .double(number)
            }
        default: return nil
        }
    }

    static func int(_ value: Value) throws(EvaluationError) -> Value? {
        switch value {
        case .int: return value
        case .uint(let number):
            guard let whole = Int64(exactly: number) else { throw overflow }
            return .int(whole)
        case .double(let number):
            // The bounds themselves are out of range: doubles cannot tell them from their neighbours.
            guard number > -0x1p63, number < 0x1p63 else { throw overflow }
            return .int(Int64(number))
        case .duration(let span): return .int(span.nanoseconds)
        case .timestamp(let instant): return .int(instant.seconds)
        case .string(let text):
            guard let whole = Int64(text), text.first != "+" || text.count > 1 else { throw failure(value, to: .int) }
            return .int(whole)
        default: return nil
        }
    }

    static func uint(_ value: Value) throws(EvaluationError) -> Value? {
        switch value {
        case .uint: return value
        case .int(let number):
            guard let whole = UInt64(exactly: number) else { throw unsignedOverflow }
            return .uint(whole)
        case .double(let number):
            guard number >= 0, number < 0x1p64 else { throw unsignedOverflow }
            return .uint(UInt64(number))
        case .string(let text):
            guard let whole = UInt64(text), text.first != "+" else { throw failure(value, to: .uint) }
            return .uint(whole)
        default: return nil
        }
    }

    static func string(_ value: Value) throws(EvaluationError) -> Value? {
        switch value {
        case .string: return value
        case .bool(let bool): return .string(String(bool))
        case .int(let number): return .string(String(number))
        case .uint(let number): return .string(String(number))
        case .double(let number): return .string(GoNumbers.text(number))
        case .duration(let span): return .string(span.text)
        case .timestamp(let instant): return .string(instant.text)
        case .bytes(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw EvaluationError("invalid UTF-8 in bytes, cannot convert to string")
            }
            return .string(text)
        default: return nil
        }
    }
}
