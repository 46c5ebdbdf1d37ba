import Synchronization

/// Pulls a body's chunks one at a time from wherever they are wanted: for streams that must look at their first
/// chunk before they decide what to do with the rest.
///
/// For one task at a time; a second pull while one is under way fails.
public final class BodyReader: Sendable {
    /// The iterator is taken out for the length of a pull, so that no two tasks ever hold it.
    private struct Slot: @unchecked Sendable {  // only ever touched inside the mutex below
        var iterator: Body.AsyncIterator?
    }
    private let slot: Mutex<Slot>

    public init(_ body: Body) { slot = Mutex(Slot(iterator: body.makeAsyncIterator())) }

    /// The next chunk, nil at the end.
    /// - Throws: what the body throws.
    public func next() async throws -> [UInt8]? {
        let taken = slot.withLock { slot in
            let taken = Slot(iterator: slot.iterator)
            slot.iterator = nil
            return taken
        }
        guard var iterator = taken.iterator else {
            throw Finding(.internalError, "A body is being read by two tasks at once.")
        }
        let chunk = try await iterator.next()
        let back = Slot(iterator: iterator)
        slot.withLock { $0 = back }
        return chunk
    }
}
