import ClawDocuments

/// A quantity, `1.5Gi`, as expressions compute with it.
struct QuantityValue: OpaqueValue {
    static let expressionType = ExpressionType.opaque("kubernetes.Quantity", [])
    /// 10⁻⁹ units.
    let nanos: Int128

    var type: ExpressionType { Self.expressionType }
    func isEqual(to other: any OpaqueValue) -> Bool { (other as? QuantityValue)?.nanos == nanos }

    /// nil where it is no whole number of units, or beyond 64 bits.
    var whole: Int64? { nanos % 1_000_000_000 == 0 ? Int64(exactly: nanos / 1_000_000_000) : nil }
}

extension FunctionTable {
    /// Amounts of resources.
    mutating func addQuantities() {
        declare(
            """
            string_to_quantity = quantity(string) -> kubernetes.Quantity
            is_quantity_string = isQuantity(string) -> bool
            quantity_sign = sign(kubernetes.Quantity) -> int
            quantity_is_greater_than = kubernetes.Quantity'isGreaterThan(kubernetes.Quantity) -> bool
            quantity_is_less_than = kubernetes.Quantity'isLessThan(kubernetes.Quantity) -> bool
            quantity_compare_to = kubernetes.Quantity'compareTo(kubernetes.Quantity) -> int
            quantity_get_float = kubernetes.Quantity'asApproximateFloat() -> double
            quantity_get_int = kubernetes.Quantity'asInteger() -> int
            quantity_is_integer = kubernetes.Quantity'isInteger() -> bool
            quantity_add = kubernetes.Quantity'add(kubernetes.Quantity) -> kubernetes.Quantity
            quantity_add_int = kubernetes.Quantity'add(int) -> kubernetes.Quantity
            quantity_sub = kubernetes.Quantity'sub(kubernetes.Quantity) -> kubernetes.Quantity
            quantity_sub_int = kubernetes.Quantity'sub(int) -> kubernetes.Quantity
            """)
        add("quantity") { a throws(EvaluationError) in
            guard let text = a.string(0) else { return nil }
            guard let nanos = Quantity(text)?.nanoUnits else {
                throw EvaluationError(
                    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
            }
            return .opaque(QuantityValue(nanos: nanos))
        }
        add("isQuantity") { a throws(EvaluationError) in a.string(0).map { .bool(Quantity($0) != nil) } }
        add("sign") { a throws(EvaluationError) in
            a.opaque(0, as: QuantityValue.self).map { .int(Int64($0.nanos.signum())) }
        }
        add("isGreaterThan") { a throws(EvaluationError) in Self.compare(a).map { .bool($0 > 0) } }
        add("isLessThan") { a throws(EvaluationError) in Self.compare(a).map { .bool($0 < 0) } }
        add("compareTo") { a throws(EvaluationError) in Self.compare(a).map(Value.int) }
        add("asApproximateFloat") { a throws(EvaluationError) in
            a.opaque(0, as: QuantityValue.self).map { .double(Double($0.nanos) / 1e9) }
        }
        add("asInteger") { a throws(EvaluationError) in
            guard let quantity = a.opaque(0, as: QuantityValue.self) else { return nil }
            guard let whole = quantity.whole else { throw EvaluationError("cannot convert value to integer") }
            return .int(whole)
        }
        add("isInteger") { a throws(EvaluationError) in
            a.opaque(0, as: QuantityValue.self).map { .bool($0.whole != nil) }
        }
        add("add") { a throws(EvaluationError) in
            guard let (x, y) = Self.operands(a) else { return nil }
            return try Self.quantity(x.addingReportingOverflow(y))
        }
        add("sub") { a throws(EvaluationError) in
            guard let (x, y) = Self.operands(a) else { return nil }
            return try Self.quantity(x.subtractingReportingOverflow(y))
        }
    }

    private static func compare(_ a: Invocation) -> Int64? {
        guard let x = a.opaque(0, as: QuantityValue.self), let y = a.opaque(1, as: QuantityValue.self) else {
            return nil
        }
        return x.nanos < y.nanos ? -1 : x.nanos > y.nanos ? 1 : 0
    }

    private static func operands(_ a: Invocation) -> (Int128, Int128)? {
        guard let x = a.opaque(0, as: QuantityValue.self) else { return nil }
        if let y = a.opaque(1, as: QuantityValue.self) { return (x.nanos, y.nanos) }
        return a.int(1).map { (x.nanos, Int128($0) * 1_000_000_000) }
    }

    private static func quantity(_ sum: (partialValue: Int128, overflow: Bool)) throws(EvaluationError) -> Value {
        guard !sum.overflow else { throw EvaluationError("quantity overflow") }
        return .opaque(QuantityValue(nanos: sum.partialValue))
    }
}
