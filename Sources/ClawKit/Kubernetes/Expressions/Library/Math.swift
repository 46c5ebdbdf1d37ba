extension FunctionTable {
    /// cel-go's mathematics, which Kubernetes does not offer.
    mutating func addMath() {
        let numbers = ["int", "uint", "double"]
        for name in ["least", "greatest"] {
            for type in numbers + ["dyn"] {
                declare("math_\(name)_\(type) = math.\(name)(\(type)) -> \(type)")
                if type != "dyn" { declare("math_\(name)_list_\(type) = math.\(name)(list<\(type)>) -> \(type)") }
            }
            for a in numbers {
                for b in numbers {
                    declare("math_\(name)_\(a)_\(b) = math.\(name)(\(a), \(b)) -> \(a == b ? a : "dyn")")
                }
            }
            for count in 3...8 {
                let parameters = Array(repeating: "dyn", count: count).joined(separator: ", ")
                declare("math_\(name)_\(count) = math.\(name)(\(parameters)) -> dyn")
            }
            add("math.\(name)") { a throws(EvaluationError) in
                let values = a.count == 1 ? a.list(0)?.values ?? a.arguments : a.arguments
                guard var best = values.first else {
                    throw EvaluationError("math.\(name)(list) argument must not be empty")
                }
                for value in values {
                    guard let order = value.order(against: best, numbersOnly: true) else { throw .noSuchOverload }
                    if order == (name == "least" ? .less : .greater) { best = value }
                }
                return best
            }
        }
        for (name, change) in Self.roundings {
            declare("math_\(name)_double = math.\(name)(double) -> double")
            add("math.\(name)") { a throws(EvaluationError) in
                if case .double(let value) = a[0] { .double(change(value)) } else { nil }
            }
        }
        for (name, test) in Self.tests {
            declare("math_\(name)_double = math.\(name)(double) -> bool")
            add("math.\(name)") { a throws(EvaluationError) in
                if case .double(let value) = a[0] { .bool(test(value)) } else { nil }
            }
        }
        for type in numbers {
            declare(
                """
                math_abs_\(type) = math.abs(\(type)) -> \(type)
                math_sign_\(type) = math.sign(\(type)) -> \(type)
                math_sqrt_\(type) = math.sqrt(\(type)) -> double
                """)
        }
        add("math.abs") { a throws(EvaluationError) in
            switch a[0] {
            case .int(let value): .int(try Arithmetic.whole(value == .min ? (value, true) : (abs(value), false)))
            case .double(let value): .double(value.magnitude)
            case .uint: a[0]
            default: nil
            }
        }
        add("math.sign") { a throws(EvaluationError) in
            switch a[0] {
            case .int(let value): .int(value.signum())
            case .uint(let value): .uint(value == 0 ? 0 : 1)
            case .double(let value): .double(value.isNaN ? .nan : value > 0 ? 1 : value < 0 ? -1 : 0)
            default: nil
            }
        }
        add("math.sqrt") { a throws(EvaluationError) in
            switch a[0] {
            case .int(let value): .double(Double(value).squareRoot())
            case .uint(let value): .double(Double(value).squareRoot())
            case .double(let value): .double(value.squareRoot())
            default: nil
            }
        }
        addBits()
    }

    private static let roundings: [(String, @Sendable (Double) -> Double)] = [
        ("ceil", { $0.rounded(.up) }), ("floor", { $0.rounded(.down) }),
        ("round", { $0.rounded(.toNearestOrAwayFromZero) }), ("trunc", { $0.rounded(.towardZero) }),
    ]
    private static let tests: [(String, @Sendable (Double) -> Bool)] = [
        ("isInf", { $0.isInfinite }), ("isNaN", { $0.isNaN }), ("isFinite", { $0.isFinite }),
    ]

    private mutating func addBits() {
        for type in ["int", "uint"] {
            for name in ["bitAnd", "bitOr", "bitXor"] {
                declare("math_\(name)_\(type) = math.\(name)(\(type), \(type)) -> \(type)")
            }
            declare("math_bitNot_\(type) = math.bitNot(\(type)) -> \(type)")
            for name in ["bitShiftLeft", "bitShiftRight"] {
                declare("math_\(name)_\(type) = math.\(name)(\(type), int) -> \(type)")
            }
        }
        let operations: [(String, @Sendable (UInt64, UInt64) -> UInt64)] = [
            ("bitAnd", { $0 & $1 }), ("bitOr", { $0 | $1 }), ("bitXor", { $0 ^ $1 }),
        ]
        for (name, operation) in operations {
            add("math.\(name)") { a throws(EvaluationError) in
                switch (a[0], a[1]) {
                case (.int(let x), .int(let y)):
                    .int(Int64(bitPattern: operation(UInt64(bitPattern: x), UInt64(bitPattern: y))))
                case (.uint(let x), .uint(let y)): .uint(operation(x, y))
                default: nil
                }
            }
        }
        add("math.bitNot") { a throws(EvaluationError) in
            switch a[0] {
            case .int(let value): .int(~value)
            case .uint(let value): .uint(~value)
            default: nil
            }
        }
        for name in ["bitShiftLeft", "bitShiftRight"] {
            add("math.\(name)") { a throws(EvaluationError) in
                guard let offset = a.int(1) else { return nil }
                guard offset >= 0 else { throw EvaluationError("math.\(name)() negative offset: \(offset)") }
                let bits: UInt64
                switch a[0] {
                case .int(let value): bits = UInt64(bitPattern: value)
                case .uint(let value): bits = value
                default: return nil
                }
                // A shift to the right fills with zeros, whatever the sign.
                let shifted = offset > 63 ? 0 : name == "bitShiftLeft" ? bits << offset : bits >> offset
                if case .int = a[0] { return .int(Int64(bitPattern: shifted)) }
                return .uint(shifted)
            }
        }
    }

    /// Base 64.
    mutating func addEncoders() {
        declare(
            """
            base64_decode_string = base64.decode(string) -> bytes
            base64_encode_bytes = base64.encode(bytes) -> string
            string_reverse = string'reverse() -> string
            """)
        add("base64.decode") { a throws(EvaluationError) in
            guard let text = a.string(0) else { return nil }
            guard let bytes = Base64.decode(text) else { throw EvaluationError("illegal base64 data") }
            return .bytes(bytes)
        }
        add("base64.encode") { a throws(EvaluationError) in
            if case .bytes(let bytes) = a[0] { .string(Base64.encode(bytes)) } else { nil }
        }
        add("reverse") { a throws(EvaluationError) in
            a.string(0).map { .string(Texts.text($0.unicodeScalars.reversed())) }
        }
    }
}
