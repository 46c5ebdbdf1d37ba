/// Sums and order of amounts, to the nano-unit. Results are canonical, in the family of suffixes (decimal, binary)
/// that the first operand uses; where that is zero, the second's. nil where an operand is no quantity or the result
/// is beyond the range.
extension Quantity {
    public static func + (a: Quantity, b: Quantity) -> Quantity? {
        combined(a, b) { $0.addingReportingOverflow($1) }
    }

    public static func - (a: Quantity, b: Quantity) -> Quantity? {
        combined(a, b) { $0.subtractingReportingOverflow($1) }
    }

    public static func * (a: Quantity, factor: Int) -> Quantity? {
        guard let parts = QuantityParts(a.text), let nanos = parts.nanos else { return nil }
        let (product, overflow) = nanos.multipliedReportingOverflow(by: Int128(factor))
        return overflow ? nil : canonical(product, parts.format)
    }

    private static func combined(
        _ a: Quantity, _ b: Quantity, _ operation: (Int128, Int128) -> (partialValue: Int128, overflow: Bool)
    ) -> Quantity? {
        guard let first = QuantityParts(a.text), let second = QuantityParts(b.text), let x = first.nanos,
            let y = second.nanos
        else { return nil }
        let (result, overflow) = operation(x, y)
        return overflow ? nil : canonical(result, x == 0 ? second.format : first.format)
    }
}

/// The order of amounts. Not `Comparable`, whose equality would have to ignore the text: `1` and `1000m` are neither
/// less than the other nor equal as values. What is no quantity is neither less nor more than anything.
extension Quantity {
    public static func < (a: Quantity, b: Quantity) -> Bool { compare(a, b) { $0 < $1 } }
    public static func > (a: Quantity, b: Quantity) -> Bool { compare(a, b) { $0 > $1 } }
    public static func <= (a: Quantity, b: Quantity) -> Bool { compare(a, b) { $0 <= $1 } }
    public static func >= (a: Quantity, b: Quantity) -> Bool { compare(a, b) { $0 >= $1 } }

    private static func compare(_ a: Quantity, _ b: Quantity, _ order: (Int128, Int128) -> Bool) -> Bool {
        guard let x = a.nanoUnits, let y = b.nanoUnits else { return false }
        return order(x, y)
    }
}

extension Sequence where Element == Quantity {
    /// The sum of all amounts, zero for none; nil where one is no quantity or the sum is beyond the range.
    public func sum() -> Quantity? {
        var total = Quantity.zero
        for quantity in self {
            guard let next = total + quantity else { return nil }
            total = next
        }
        return total
    }
}
