/// A span of time as the calendar has it: `interval`. Months and days have no fixed length, so they are kept apart.
public struct PostgresInterval: Sendable, Hashable {
    public var months: Int32
    public var days: Int32
    public var microseconds: Int64

    public init(months: Int32 = 0, days: Int32 = 0, microseconds: Int64 = 0) {
        (self.months, self.days, self.microseconds) = (months, days, microseconds)
    }

    /// Whole microseconds, cut off towards zero; nil beyond 292,000 years.
    public init?(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, overflowToo) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000)
        if overflow || overflowToo { return nil }
        self.init(microseconds: sum)
    }

    /// nil where there are months or days in it: how long they are only a calendar knows.
    public var duration: Duration? { months == 0 && days == 0 ? .microseconds(microseconds) : nil }
}

extension PostgresInterval: PostgresCodable {
    public static var postgresType: PostgresType { .interval }

    public func encode(into bytes: inout PostgresBytes) {
        bytes.append(bigEndian: microseconds)
        bytes.append(bigEndian: days)
        bytes.append(bigEndian: months)
    }

    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        guard type == .interval else { throw .type(type) }
        try bytes.expect(16)
        self.init(
            months: try bytes.bigEndian(at: 12), days: try bytes.bigEndian(at: 8), microseconds: try bytes.bigEndian())
    }
}

extension PostgresInterval: PostgresArrayElement {
    public static var postgresArrayType: PostgresType { .intervalArray }
}
