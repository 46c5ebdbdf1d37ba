/// Bytes both ways: what a connection is once it has left HTTP behind (RFC 9110, section 7.8), a pipe within this
/// process, a terminal.
///
/// One task reads and one task writes at a time. Cancelling a read or a write may leave the channel unusable, so cancel
/// only to end it. Releasing the last reference closes it.
public protocol ByteChannel: Sendable {
    /// The next bytes, as soon as there are any; nil once the peer has finished.
    /// - Throws: ``TransportError`` where the channel broke or was closed, `CancellationError`.
    func read() async throws -> [UInt8]?

    /// Takes the bytes; returns when there is room for more.
    /// - Throws: as ``read()``; also where the peer reads no more.
    func write(_ bytes: [UInt8]) async throws

    /// Says that nothing more will be written, where the channel can (TCP, pipes); reading goes on.
    func finish() async

    /// Ends both directions at once. What was written and not sent yet may be lost; may be called twice.
    func close()
}

/// What follows the head of a `101 Switching Protocols`.
public enum Upgrade: Sendable {
    /// A handler's answer: whoever carries the response runs this with the connection's bytes, and ends the connection
    /// when it returns or throws. Its task is cancelled when the peer is gone.
    case serve(@Sendable (any ByteChannel) async throws -> Void)
    /// A client's: the connection itself. A proxy may return it as it is.
    case channel(any ByteChannel)

    /// Serves the peer's channel: by the closure, or by passing bytes on both ways.
    package func run(_ peer: any ByteChannel) async throws {
        switch self {
        case .serve(let serve): try await serve(peer)
        case .channel(let channel): await join(peer, channel)
        }
    }
}

/// Passes bytes on both ways until both sides have finished or one breaks; then closes both.
package func join(_ a: any ByteChannel, _ b: any ByteChannel) async {
    defer {
        a.close()
        b.close()
    }
    await withTaskGroup(of: Bool.self) { group in
        group.addTask { await copy(from: a, to: b) }
        group.addTask { await copy(from: b, to: a) }
        while let isWhole = await group.next() {
            if isWhole { continue }
            a.close()
            b.close()
            group.cancelAll()
        }
    }
}

/// - Returns: whether the source came to its proper end and the target took it all.
private func copy(from source: any ByteChannel, to target: any ByteChannel) async -> Bool {
    do {
        while let bytes = try await source.read() { try await target.write(bytes) }
        await target.finish()
        return true
    } catch {
        return false
    }
}
