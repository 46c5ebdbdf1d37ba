import ClawBase
import HTTPTypes
import HummingbirdCore
import NIOCore
import Synchronization

/// Translates between Hummingbird's exchange and a ``Handler``'s.
struct HandlerResponder: Sendable {
    let handler: any Handler
    let connections: Connections
    let bodyLimit: Int
    let scheme: String
    let asksForCertificates: Bool
    let time: any TimeSource
    private let dates = DateLine()

    init(
        handler: any Handler, connections: Connections, bodyLimit: Int, scheme: String, asksForCertificates: Bool,
        time: any TimeSource
    ) {
        (self.handler, self.connections, self.bodyLimit, self.scheme) = (handler, connections, bodyLimit, scheme)
        (self.asksForCertificates, self.time) = (asksForCertificates, time)
    }

    @concurrent func respond(
        _ inbound: HummingbirdCore.Request, _ writer: consuming ResponseWriter, _ channel: any Channel
    ) async throws {
        let length = inbound.head.declaredLength
        let bytes = RequestBytes(inbound.body, declared: length, limit: bodyLimit)
        defer { bytes.end() }
        if inbound.head.expectsContinue, length ?? 0 <= bodyLimit {
            try await writer.writeInformationalHead(HTTPResponse(status: .continue))
        }
        var request = request(inbound, bytes, length, channel)
        if asksForCertificates { request.peerCertificate = await Connection.current?.peerCertificate() }
        let response = await handler.respond(to: request)
        try Task.checkCancellation()
        var head = response.head
        if let upgrade = response.upgrade, head.status == .switchingProtocols, let connection = Connection.current {
            try await connection.upgrade(head, upgrade)
            throw UpgradeEnded()
        }
        if head.headerFields[.date] == nil { head.headerFields[.date] = dates.text(at: time.now) }
        // Whoever keeps the connection alive would wait for nothing.
        if connections.isDraining { head.headerFields[.connection] = "close" }
        let isBodiless = inbound.method == .head || head.status.code == 204 || head.status.code == 304
        if let bytes = response.body.immediateBytes {
            if inbound.method != .head || head.headerFields[.contentLength] == nil {
                head.headerFields[.contentLength] = String(bytes.count)
            }
            let body = isBodiless ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
            try await writer.write(response: head, body: body)
        } else if isBodiless {
            // Without a length the encoder would announce, and end, a chunked body.
            if head.headerFields[.contentLength] == nil {
                head.headerFields[.contentLength] = String(response.body.length ?? 0)
            }
            try await writer.write(response: head, body: ResponseBody())
        } else {
            try await stream(response.body, head, writer)
        }
    }

    private func request(
        _ inbound: HummingbirdCore.Request, _ bytes: RequestBytes, _ length: Int?, _ channel: any Channel
    ) -> ClawBase.Request {
        var head = inbound.head
        head.scheme = scheme
        let hasBody = length.map { $0 > 0 } ?? (head.headerFields[.transferEncoding] != nil)
        var peer: String?
        if let address = channel.remoteAddress, let host = address.ipAddress {
            peer = ListenAddress(host: host, port: address.port ?? 0).description
        }
        return ClawBase.Request(
            head: head, body: hasBody ? .stream(bytes, length: length) : .empty, peer: peer)
    }

    @concurrent private func stream(
        _ body: Body, _ head: HTTPResponse, _ writer: consuming ResponseWriter
    ) async throws {
        var head = head
        var left = body.length ?? head.headerFields[.contentLength].flatMap { Int($0) }
        head.headerFields[.contentLength] = left.map { String($0) }
        if left == nil { Connection.current?.hasOpenStream.store(true, ordering: .relaxed) }
        defer { Connection.current?.hasOpenStream.store(false, ordering: .relaxed) }
        var outbound = try await writer.writeHead(head)
        for try await chunk in body where !chunk.isEmpty {
            left = left.map { $0 - chunk.count }
            if let left, left < 0 { throw LengthMismatch() }
            try await outbound.write(ByteBuffer(bytes: chunk))
        }
        // A stream that ended because its task was cancelled must not look complete.
        try Task.checkCancellation()
        if let left, left != 0 { throw LengthMismatch() }
        try await outbound.finish(nil)
    }

    /// The connection was used for something else and is over: Hummingbird must not look for a next request.
    struct UpgradeEnded: Error {}

    /// A stream did not yield as many bytes as it had promised.
    struct LengthMismatch: Error {}
}

/// The date as answers bear it, written once a second.
private final class DateLine: Sendable {
    private let last = Mutex<(second: Int64, text: String)>((.min, ""))

    func text(at now: Timestamp) -> String {
        last.withLock { last in
            let second = now.seconds
            if second != last.second { last = (second, now.httpDate) }
            return last.text
        }
    }
}

extension HTTPRequest {
    /// The body's length in bytes, where the client declared one.
    fileprivate var declaredLength: Int? { headerFields[.contentLength].flatMap { Int($0) } }

    fileprivate var expectsContinue: Bool { headerFields[.expect]?.lowercased() == "100-continue" }
}
