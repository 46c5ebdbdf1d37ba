/// The kernel's way to wait for many descriptors at once.
///
/// Registering and waking may happen on any thread, waiting on one only.
protocol EventPort: Sendable {
    func add(_ descriptor: Int32, token: UInt64, _ interest: EventInterest)
    func change(_ descriptor: Int32, token: UInt64, _ interest: EventInterest)
    /// Before the descriptor is closed.
    func remove(_ descriptor: Int32, token: UInt64)
    /// After a descriptor of that token was closed by somebody else.
    func forget(_ token: UInt64)
    /// Ends a wait that is under way, or else the next one.
    func wake()
    /// - Parameter milliseconds: -1 for ever.
    func wait(milliseconds: Int32, _ body: (UInt64, EventReadiness) -> Void)
    /// Once nobody waits any more.
    func close()
}

/// What somebody wants to hear of a descriptor. A hang-up is told with any of them.
struct EventInterest: OptionSet, Sendable {
    let rawValue: UInt8
    static let read = EventInterest(rawValue: 1)
    static let write = EventInterest(rawValue: 2)
    /// Told once, then nothing until the interest is set again.
    static let once = EventInterest(rawValue: 4)
}

/// What a descriptor is ready for; a hang-up is both.
struct EventReadiness: OptionSet, Sendable {
    let rawValue: UInt8
    static let read = EventReadiness(rawValue: 1)
    static let write = EventReadiness(rawValue: 2)
}
