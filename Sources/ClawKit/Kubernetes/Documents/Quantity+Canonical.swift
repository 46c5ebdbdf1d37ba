extension Quantity {
    /// The one writing that Kubernetes gives an amount: no fraction, the largest suffix that leaves a whole number,
    /// in the family of suffixes that the text uses (`0.1` → `100m`, `1.5Gi` → `1536Mi`, `10e5` → `1e6`); nil where
    /// the text is no quantity.
    public var canonical: Quantity? {
        guard let parts = QuantityParts(text), let nanos = parts.nanos else { return nil }
        return Self.canonical(nanos, parts.format)
    }

    static func canonical(_ nanos: Int128, _ format: QuantityParts.Format) -> Quantity {
        if nanos == 0 { return .zero }
        let unit: Int128 = 1_000_000_000
        // Binary suffixes begin at 1024 and have no fractions: what they cannot say is written in decimal.
        if format == .binary, nanos.magnitude >= UInt128(1024 * unit), nanos % unit == 0 { return binary(nanos / unit) }
        return decimal(nanos, asExponent: format == .exponent)
    }

    private static func binary(_ units: Int128) -> Quantity {
        var value = units
        var suffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][...]
        while value % 1024 == 0, suffixes.count > 1 {
            value /= 1024
            suffixes.removeFirst()
        }
        return Quantity(unchecked: "\(value)\(suffixes.first ?? "")")
    }

    private static func decimal(_ nanos: Int128, asExponent: Bool) -> Quantity {
        var (value, exponent) = (nanos, -9)
        while value % 1000 == 0, exponent < 18 {
            value /= 1000
            exponent += 3
        }
        let suffixes = [-9: "n", -6: "u", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T", 15: "P", 18: "E"]
        let suffix = asExponent ? (exponent == 0 ? "" : "e\(exponent)") : suffixes[exponent] ?? ""
        return Quantity(unchecked: "\(value)\(suffix)")
    }
}
