import ClawBase
public import ClawLedger

/// Who used what, when, and what it cost. Appended to by commits of a ``PlatformStore``, read by pages, summed where it
/// is kept.
public protocol UsageLedger: Sendable {
    /// A page of rows.
    /// - Throws: ``Finding`` (`E_STORAGE`, `E_UNREACHABLE`).
    func usage(_ query: UsageQuery) async throws -> [UsageRow]

    /// The sums of what a query selects (`after` and `isDescending` do not matter), for each value of a dimension,
    /// ordered by the values' bytes, none first; at most as many groups as the query's limit.
    /// - Throws: ``Finding`` (`E_STORAGE`, also where a sum is beyond 64 bits; `E_UNREACHABLE`).
    func totals(_ query: UsageQuery, by dimension: UsageDimension) async throws -> [UsageGroup]

    /// The sum of all that a query selects (`after`, `limit` and `isDescending` do not matter).
    /// - Throws: as ``totals(_:by:)``.
    func total(_ query: UsageQuery) async throws -> UsageTotals
}
