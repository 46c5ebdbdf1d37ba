import ClawBase
import HTTPTypes
import NIOCore
import NIOSSL
import Synchronization

/// One client's connection: the way to end what is done for it.
final class Connection: Sendable {
    /// The connection on which the current task answers.
    @TaskLocal static var current: Connection?

    private let channel: any Channel
    private let ends: AsyncStream<Never>
    private let end: AsyncStream<Never>.Continuation
    private let takeover: NIOLoopBound<TakeoverHandler>
    /// A response of unknown length is being sent, or the connection was upgraded.
    let hasOpenStream = Atomic(false)
    /// The connection no longer speaks HTTP.
    let isUpgraded = Atomic(false)
    /// The outer nil: not asked yet.
    private let certificate = Mutex<[UInt8]??>(nil)

    init(_ channel: any Channel, _ takeover: NIOLoopBound<TakeoverHandler>) {
        self.channel = channel
        self.takeover = takeover
        (ends, end) = AsyncStream.makeStream()
    }

    /// The client's certificate in DER, where it showed one; asked for once per connection.
    func peerCertificate() async -> [UInt8]? {
        if let known = certificate.withLock({ $0 }) { return known }
        let shown = try? await channel.nioSSL_peerCertificate().get()?.toDERBytes()
        certificate.withLock { $0 = .some(shown) }
        return shown
    }

    /// Leaves HTTP: sends the head of the 101 and runs what follows.
    func upgrade(_ head: HTTPResponse, _ upgrade: Upgrade) async throws {
        isUpgraded.store(true, ordering: .relaxed)
        hasOpenStream.store(true, ordering: .relaxed)
        let upgraded = try await UpgradedChannel.takeOver(channel, takeover, head: head) { [weak self] in
            self?.clientLeft()
        }
        defer { upgraded.close() }
        try await upgrade.run(upgraded)
    }

    /// The client has left: whoever works for it may stop.
    func clientLeft() { end.finish() }

    /// Ends the connection from our side, whatever is under way.
    func cut() {
        end.finish()
        channel.close(promise: nil)
    }

    /// Returns when the client has left, the connection was cut, or the task is cancelled.
    func untilEnd() async { for await _ in ends {} }
}

/// The open connections of one server.
final class Connections: Sendable {
    private let open = Mutex<[ObjectIdentifier: Connection]>([:])
    private let draining = Atomic(false)

    var isDraining: Bool { draining.load(ordering: .relaxed) }
    func startDraining() { draining.store(true, ordering: .relaxed) }

    func add(_ connection: Connection) { open.withLock { $0[ObjectIdentifier(connection)] = connection } }
    func remove(_ connection: Connection) { open.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(connection)) } }

    func cut(onlyStreams: Bool) {
        for connection in open.withLock({ Array($0.values) })
        where !onlyStreams || connection.hasOpenStream.load(ordering: .relaxed) {
            connection.cut()
        }
    }
}
