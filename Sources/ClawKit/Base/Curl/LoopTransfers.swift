import CLibcurl

/// The transfers of one event loop, and their deadlines. Used on the loop's thread only.
struct LoopTransfers {
    private let multi: UnsafeMutableRawPointer
    private let configuration: CurlTransport.Configuration
    private var live: [ObjectIdentifier: LoopTransfer] = [:]
    private var isMultiplexed = false
    private var upgrades: Set<ObjectIdentifier> = []
    private let deadlines = Deadlines()

    init(multi: UnsafeMutableRawPointer, configuration: CurlTransport.Configuration) {
        self.multi = multi
        self.configuration = configuration
        // Otherwise libcurl keeps four for each transfer under way at that moment, and closes the rest after a burst.
        claw_curl_multi_setopt_long(multi, CURLMOPT_MAXCONNECTS, Self.idleConnections)
    }

    mutating func handle(_ command: CurlLoop.Command) {
        switch command {
        case .start(let exchange):
            guard !exchange.hasEnded else { return }
            guard let transfer = LoopTransfer(exchange, configuration, deadlines), transfer.add(to: multi) else {
                exchange.ended(
                    TransportError(code: .invalidRequest, message: "libcurl refused the request's settings."))
                return
            }
            live[exchange.id] = transfer
            if exchange.plan.isUpgrade { upgrades.insert(exchange.id) }
        case .resume(let id):
            live[id]?.resume()
        case .remove(let id):
            live.removeValue(forKey: id)?.remove(from: multi)
        }
    }

    /// Moves everything as far as it goes. - Returns: how many milliseconds there is nothing to do but wait.
    mutating func advance() -> Int32 {
        var running: Int32 = 0
        curl_multi_perform(multi, &running)
        finishDone()
        finishUpgraded()
        let now = ContinuousClock.now
        if deadlines.areDue(now) { expire(now) }
        guard let next = deadlines.next else { return 60_000 }
        return Int32(clamping: min(60_000, max(0, (next - now).nanoseconds / 1_000_000 + 1)))
    }

    mutating func closeAll() {
        for transfer in live.values {
            transfer.remove(from: multi)
            transfer.exchange.ended(.closed)
        }
        live = [:]
    }

    private mutating func finishDone() {
        var result = CURLE_OK
        while let easy = claw_curl_multi_next_done(multi, &result) {
            guard let transfer = LoopTransfer.of(easy: easy) else { continue }
            if transfer.usesHTTP2 { limitConnections() }
            let error = transfer.failure(result)
            live.removeValue(forKey: transfer.exchange.id)
            transfer.remove(from: multi)
            transfer.exchange.ended(error)
        }
    }

    /// libcurl would open a connection for each request that finds the others' streams all taken; this lets it wait for
    /// one instead. Done once the peer is known to multiplex: over HTTP/1.1 a watch holds a connection for itself.
    private mutating func limitConnections() {
        guard !isMultiplexed, configuration.baseURL != nil else { return }
        isMultiplexed = true
        claw_curl_multi_setopt_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, Self.multiplexedConnections)
    }

    /// With the hundred streams that most servers allow on each, more than any client has under way.
    private static let multiplexedConnections = 16
    private static let idleConnections = 128

    private mutating func finishUpgraded() {
        for id in upgrades {
            guard let transfer = live[id] else {
                upgrades.remove(id)
                continue
            }
            guard transfer.peerHasFinished else { continue }
            live.removeValue(forKey: id)
            transfer.remove(from: multi)
            transfer.exchange.ended(nil)
        }
    }

    private mutating func expire(_ now: ContinuousClock.Instant) {
        deadlines.clear()
        for (id, transfer) in live {
            guard let deadline = transfer.deadline else { continue }
            if deadline > now {
                deadlines.note(deadline)
                continue
            }
            live.removeValue(forKey: id)
            transfer.remove(from: multi)
            transfer.exchange.ended(transfer.timeoutError)
        }
    }
}

/// The moment before which no deadline lies. Traffic moves deadlines back without touching it, so that they are
/// looked at one by one only when it has come.
final class Deadlines {
    private(set) var next: ContinuousClock.Instant?

    func areDue(_ now: ContinuousClock.Instant) -> Bool { next.map { $0 <= now } ?? false }
    func note(_ deadline: ContinuousClock.Instant) { next = next.map { min($0, deadline) } ?? deadline }
    func clear() { next = nil }
}
