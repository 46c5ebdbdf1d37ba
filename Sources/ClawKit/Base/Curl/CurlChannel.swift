/// An upgraded connection over libcurl.
///
/// libcurl ends the whole exchange when the peer has finished, and cannot finish one half by itself: ``finish()`` does
/// nothing. Protocols that are spoken behind an upgrade (WebSocket, SPDY) have ends of their own.
struct CurlChannel: ByteChannel {
    let lease: CurlBody.Lease

    func read() async throws -> [UInt8]? { try await lease.exchange.nextChunk() }
    func write(_ bytes: [UInt8]) async throws { try await lease.exchange.send(bytes) }
    func finish() async {}
    func close() { lease.exchange.abandon(TransportError.channelClosed) }
}
