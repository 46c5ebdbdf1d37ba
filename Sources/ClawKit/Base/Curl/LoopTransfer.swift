import CLibcurl
import HTTPTypes

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// One transfer as the event loop sees it: an easy handle, the exchange it serves, and its deadline.
/// Lives on the loop's thread only; libcurl's callbacks find it through an unretained pointer.
final class LoopTransfer {
    let exchange: Exchange
    private let easy: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var connectTo: UnsafeMutablePointer<curl_slist>?
    private let reason: UnsafeMutablePointer<CChar>
    private let deadlines: Deadlines
    private let decodesGzip: Bool
    private var parser = ResponseHeadParser()
    private var headIsTooLarge = false
    private var hasHead = false
    private(set) var usesHTTP2 = false
    /// As libcurl has it. The exchange's own flag falls earlier, when a reader makes room; measuring silence by that
    /// one would count the pause.
    private var isReceivingPaused = false
    private var lastActivity = ContinuousClock.now
    private let start = ContinuousClock.now

    init?(_ exchange: Exchange, _ configuration: CurlTransport.Configuration, _ deadlines: Deadlines) {
        guard let easy = curl_easy_init() else { return nil }
        self.exchange = exchange
        self.easy = easy
        self.deadlines = deadlines
        decodesGzip = configuration.decodesGzip
        reason = .allocate(capacity: Int(CURL_ERROR_SIZE))
        reason.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        for line in exchange.plan.headerLines { headers = curl_slist_append(headers, line) }
        if let name = exchange.plan.connectTo { connectTo = curl_slist_append(nil, name) }
        var options = EasyOptions(easy)
        options.apply(configuration)
        options.apply(exchange.plan, headers: headers, connectTo: connectTo)
        options.set(CURLOPT_ERRORBUFFER, pointer: reason)
        options.setCallbacks(context: Unmanaged.passUnretained(self).toOpaque())
        guard options.areAccepted else { return nil }
        deadlines.note(start + exchange.plan.headTimeout)
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
        curl_slist_free_all(connectTo)
        reason.deallocate()
    }

    static func of(easy: UnsafeMutableRawPointer) -> LoopTransfer? {
        var context: UnsafeMutableRawPointer?
        claw_curl_getinfo_pointer(easy, CURLINFO_PRIVATE, &context)
        return context.map { Unmanaged<LoopTransfer>.fromOpaque($0).takeUnretainedValue() }
    }

    func add(to multi: UnsafeMutableRawPointer) -> Bool { curl_multi_add_handle(multi, easy) == CURLM_OK }
    func remove(from multi: UnsafeMutableRawPointer) { curl_multi_remove_handle(multi, easy) }

    /// Goes on in those directions that are not (or no longer) paused.
    func resume() {
        touch()
        isReceivingPaused = exchange.isReceivingPaused
        let receiving = isReceivingPaused ? CURLPAUSE_RECV : 0
        let sending = exchange.isSendingPaused ? CURLPAUSE_SEND : 0
        curl_easy_pause(easy, receiving | sending)
    }

    // MARK: deadlines

    /// When this transfer is given up; nil while it is we who do not read, or where silence is allowed.
    var deadline: ContinuousClock.Instant? {
        guard hasHead else { return start + exchange.plan.headTimeout }
        guard let limit = exchange.plan.silenceLimit, !isReceivingPaused else { return nil }
        return lastActivity + limit
    }

    var timeoutError: TransportError {
        let plan = exchange.plan
        let limit = hasHead ? plan.silenceLimit ?? .zero : plan.headTimeout
        return TransportError(
            code: .timeout,
            message: hasHead
                ? "\(plan.peer) fell silent for \(limit.inSeconds) s in the midst of its answer."
                : "\(plan.peer) did not answer \(plan.method) within \(limit.inSeconds) s.")
    }

    private func touch() {
        lastActivity = .now
        if hasHead, let wait = exchange.plan.nextLook { deadlines.note(lastActivity + wait) }
    }

    // MARK: the end

    /// Why the transfer failed; nil where it did not.
    func failure(_ code: CURLcode) -> TransportError? {
        guard code != CURLE_OK else { return nil }
        var systemError = 0
        claw_curl_getinfo_long(easy, CURLINFO_OS_ERRNO, &systemError)
        if headIsTooLarge {
            return TransportError(code: .disconnected, message: "\(exchange.plan.peer) sent too large a head.")
        }
        return TransportError(
            curl: code, reason: String(cString: reason), systemError: Int32(truncatingIfNeeded: systemError),
            peer: exchange.plan.peer, hasHead: hasHead)
    }

    /// The sockets libcurl opened for this transfer. Trying several addresses, it keeps one and closes the others.
    private var sockets: [Int32] = []
    func opened(_ socket: Int32) { sockets.append(socket) }

    private var openSocket: Int32? {
        guard sockets.count > 1 else { return sockets.first }
        var port = 0
        claw_curl_getinfo_long(easy, CURLINFO_LOCAL_PORT, &port)
        return sockets.last { localPort(of: $0) == port }
    }

    /// Whether the connection has left HTTP.
    private(set) var isUpgraded = false

    /// Whether the peer of an upgraded connection has finished and libcurl has handed out all it sent.
    ///
    /// libcurl does not end a transfer whose sending half is paused, so nobody else would notice. Looked at after
    /// libcurl has read what there was: then the socket holds the end and nothing before it.
    var peerHasFinished: Bool {
        guard isUpgraded, !isReceivingPaused else { return false }
        var byte: UInt8 = 0
        guard let socket = openSocket else { return false }
        return recv(socket, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT)) == 0
    }

    // MARK: libcurl's callbacks

    /// - Returns: whether to go on.
    func receive(headerLine: UnsafeRawBufferPointer) -> Bool {
        if headerLine.starts(with: "HTTP/2".utf8) { usesHTTP2 = true }
        do {
            guard var head = try parser.add(line: headerLine) else { return true }
            hasHead = true
            isUpgraded = exchange.plan.isUpgrade && head.status == .switchingProtocols
            touch()
            if decodesGzip, head.headerFields.contains(.contentEncoding) {
                head.headerFields[.contentEncoding] = nil
                head.headerFields[.contentLength] = nil
            }
            exchange.headArrived(head)
            return true
        } catch {
            headIsTooLarge = true
            return false
        }
    }

    func receive(bytes: UnsafeRawBufferPointer) -> Exchange.Arrival {
        touch()
        let arrival = exchange.bytesArrived(Array(bytes))
        isReceivingPaused = arrival == .pause
        return arrival
    }
}

private func localPort(of socket: Int32) -> Int? {
    var address = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    return withUnsafeMutableBytes(of: &address) { bytes in
        let known = bytes.withMemoryRebound(to: sockaddr.self) { getsockname(socket, $0.baseAddress, &length) }
        // The port stands at the same place for IPv4 and IPv6, in network order.
        return known == 0 ? Int(UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))) : nil
    }
}
