extension FunctionTable {
    /// Parts of timestamps, in UTC or a named zone, and of durations.
    mutating func addTimes() {
        let parts: [(name: String, id: String, part: @Sendable (CalendarFields) -> Int)] = [
            ("getFullYear", "year", { $0.year }), ("getMonth", "month", { $0.month - 1 }),
            ("getDayOfYear", "day_of_year", { $0.dayOfYear }), ("getDayOfMonth", "day_of_month", { $0.day - 1 }),
            ("getDate", "day_of_month_1_based", { $0.day }), ("getDayOfWeek", "day_of_week", { $0.weekday }),
        ]
        for (name, id, part) in parts {
            declare(
                """
                timestamp_to_\(id) = timestamp'\(name)() -> int
                timestamp_to_\(id)_with_tz = timestamp'\(name)(string) -> int
                """)
            add(name) { a throws(EvaluationError) in
                guard case .timestamp(let instant) = a[0] else { return nil }
                return .int(Int64(part(try Self.fields(instant, a))))
            }
        }
        let units: [(name: String, id: String, nanos: Int64, part: @Sendable (CalendarFields) -> Int)] = [
            ("getHours", "hours", 3_600_000_000_000, { $0.hour }),
            ("getMinutes", "minutes", 60_000_000_000, { $0.minute }),
            ("getSeconds", "seconds", 1_000_000_000, { $0.second }),
        ]
        for (name, id, nanos, part) in units {
            declare(
                """
                timestamp_to_\(id) = timestamp'\(name)() -> int
                timestamp_to_\(id)_\(id == "seconds" ? "tz" : "with_tz") = timestamp'\(name)(string) -> int
                duration_to_\(id) = duration'\(name)() -> int
                """)
            add(name) { a throws(EvaluationError) in
                switch a[0] {
                case .duration(let span): return .int(span.nanoseconds / nanos)
                case .timestamp(let instant): return .int(Int64(part(try Self.fields(instant, a))))
                default: return nil
                }
            }
        }
        declare(
            """
            timestamp_to_milliseconds = timestamp'getMilliseconds() -> int
            timestamp_to_milliseconds_with_tz = timestamp'getMilliseconds(string) -> int
            duration_to_milliseconds = duration'getMilliseconds() -> int
            """)
        add("getMilliseconds") { a throws(EvaluationError) in
            switch a[0] {
            case .duration(let span): return .int(span.nanoseconds / 1_000_000)
            case .timestamp(let instant):
                _ = try Self.fields(instant, a)
                return .int(Int64(instant.nanoseconds) / 1_000_000)
            default: return nil
            }
        }
    }

    private static func fields(_ instant: Instant, _ a: Invocation) throws(EvaluationError) -> CalendarFields {
        guard a.count > 1 else { return CalendarFields(instant, offset: 0) }
        guard let name = a.string(1) else { throw .noSuchOverload }
        guard let zone = TimeZoneRules(name) else { throw EvaluationError("unknown time zone \(name)") }
        return CalendarFields(instant, offset: zone.offset(at: instant))
    }
}
