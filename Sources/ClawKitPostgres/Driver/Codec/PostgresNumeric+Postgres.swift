extension PostgresNumeric: PostgresCodable {
    public static var postgresType: PostgresType { .numeric }

    public func encode(into bytes: inout PostgresBytes) {
        guard let weight = Int16(exactly: weight), let scale = UInt16(exactly: scale), digits.count <= Int16.max else {
            return bytes.refuse("A number has more digits than numeric can hold.")
        }
        bytes.append(bigEndian: Int16(digits.count))
        bytes.append(bigEndian: weight)
        bytes.append(bigEndian: kind.rawValue)
        bytes.append(bigEndian: scale)
        for digit in digits { bytes.append(bigEndian: digit) }
    }

    /// numeric, int2, int4, int8.
    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        guard type == .numeric else {
            self.init(try Int64(postgres: bytes, type: type))
            return
        }
        let count = Int(try bytes.bigEndian(Int16.self))
        guard count >= 0, bytes.byteCount == 8 + 2 * count, let kind = Kind(rawValue: try bytes.bigEndian(at: 4)) else {
            throw .value("is no number")
        }
        var digits: [Int16] = []
        digits.reserveCapacity(count)
        for index in 0..<count { digits.append(try bytes.bigEndian(at: 8 + 2 * index)) }
        guard digits.allSatisfy({ (0..<10_000).contains($0) }) else { throw .value("is no number") }
        self.init(
            kind: kind, digits: digits, weight: Int(try bytes.bigEndian(Int16.self, at: 2)),
            scale: Int(try bytes.bigEndian(UInt16.self, at: 6)))
    }
}

extension PostgresNumeric: PostgresArrayElement { public static var postgresArrayType: PostgresType { .numericArray } }

extension Int64 {
    /// nil where the number has a fraction or does not fit.
    public init?(exactly number: PostgresNumeric) {
        guard number.kind == .positive || number.kind == .negative else { return nil }
        guard !number.digits.isEmpty else {
            self = 0
            return
        }
        guard number.weight >= number.digits.count - 1, number.weight <= 4 else { return nil }
        var value: Int64 = 0
        for power in 0...number.weight {
            let digit = power < number.digits.count ? Int64(number.digits[power]) : 0
            let (product, overflow) = value.multipliedReportingOverflow(by: 10_000)
            // Downwards, so that the least number fits as well.
            let (sum, overflowToo) = product.subtractingReportingOverflow(digit)
            if overflow || overflowToo { return nil }
            value = sum
        }
        if number.kind == .negative {
            self = value
        } else if value != .min {
            self = -value
        } else {
            return nil
        }
    }
}
