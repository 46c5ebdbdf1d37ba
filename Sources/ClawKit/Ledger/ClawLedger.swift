/// What things cost, who may spend how much, and what was spent: exact integers, proven sums.
///
/// ```
/// UsageBook   reserves before a call, settles after it; one per process, nothing awaited while its share lasts
///  └ ShareStore   gives shares of each budget to the processes and keeps what was spent, with a row for each call
/// ```
/// Whatever the number of callers, processes, crashes and cancellations: `spent + given out ≤ limit` in the store, and
/// `used + reserved ≤ share` in each process, so that together nobody spends more than the limit.
public enum ClawLedger {}
