import DequeModule

/// The sending half of an exchange whose request body is a stream, as a pure state machine.
///
/// One task appends chunks and then waits for room; the event loop reads them. Where there is nothing to read and
/// the end is not known, the transfer starves (pauses) until the next chunk or the end.
struct Upload<Waiter> {
    enum Read {
        case bytes(ArraySlice<UInt8>, wake: Waiter?)
        case starved
        case end
        /// The stream broke off: the request must not look complete.
        case abort
    }

    private let limit: Int
    private var chunks: Deque<ArraySlice<UInt8>> = []
    private var buffered = 0
    private var isFinished = false
    private var isClosed = false
    private var waiter: Waiter?
    private(set) var isStarved = false

    init(limit: Int) { self.limit = limit }

    /// - Returns: whether the transfer is to be resumed.
    mutating func append(_ chunk: [UInt8]) -> Bool {
        guard !isFinished, !isClosed, !chunk.isEmpty else { return false }
        chunks.append(chunk[...])
        buffered += chunk.count
        return takeStarved()
    }

    /// - Returns: true where there is room at once; otherwise `waiter` is woken when there is.
    mutating func awaitRoom(_ waiter: Waiter) -> Bool {
        guard !isFinished, !isClosed, buffered >= limit else { return true }
        self.waiter = waiter
        return false
    }

    /// No chunk follows. - Returns: whether the transfer is to be resumed.
    mutating func finish() -> Bool {
        isFinished = true
        return takeStarved()
    }

    /// Nothing more will be sent, whether or not the end was reached.
    /// - Returns: who waits for room in vain, and whether the transfer is to be resumed to notice.
    mutating func close() -> (waiter: Waiter?, resume: Bool) {
        isClosed = true
        chunks = []
        buffered = 0
        return (takeWaiter(), takeStarved())
    }

    mutating func takeWaiter() -> Waiter? {
        defer { waiter = nil }
        return waiter
    }

    mutating func read(upTo limit: Int) -> Read {
        guard var chunk = chunks.popFirst() else {
            if isFinished { return .end }
            if isClosed { return .abort }
            isStarved = true
            return .starved
        }
        let bytes = chunk.prefix(limit)
        chunk.removeFirst(bytes.count)
        if !chunk.isEmpty { chunks.prepend(chunk) }
        buffered -= bytes.count
        return .bytes(bytes, wake: buffered < self.limit ? takeWaiter() : nil)
    }

    private mutating func takeStarved() -> Bool {
        defer { isStarved = false }
        return isStarved
    }
}
