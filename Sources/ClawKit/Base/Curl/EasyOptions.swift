import CLibcurl

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Sets an easy handle's options and remembers whether libcurl accepted them all.
struct EasyOptions {
    private let easy: UnsafeMutableRawPointer
    private(set) var areAccepted = true

    init(_ easy: UnsafeMutableRawPointer) { self.easy = easy }

    mutating func set(_ option: CURLoption, _ value: Int) { note(claw_curl_setopt_long(easy, option, value)) }
    mutating func set(_ option: CURLoption, _ flag: Bool) { set(option, flag ? 1 : 0) }
    mutating func set(_ option: CURLoption, _ text: String) { note(claw_curl_setopt_string(easy, option, text)) }
    mutating func set(_ option: CURLoption, pointer: UnsafeMutableRawPointer) {
        note(claw_curl_setopt_pointer(easy, option, pointer))
    }
    mutating func set(_ option: CURLoption, list: UnsafeMutablePointer<curl_slist>?) {
        note(claw_curl_setopt_list(easy, option, list))
    }
    /// libcurl copies the bytes.
    mutating func set(_ option: CURLoption, blob: String) {
        var blob = blob
        note(blob.withUTF8 { claw_curl_setopt_blob(easy, option, $0.baseAddress, $0.count) })
    }
    mutating func set(_ option: CURLoption, offset: Int) {
        note(claw_curl_setopt_off(easy, option, curl_off_t(offset)))
    }

    private mutating func note(_ code: CURLcode) { if code != CURLE_OK { areAccepted = false } }

    mutating func apply(_ configuration: CurlTransport.Configuration) {
        set(CURLOPT_NOSIGNAL, true)
        // An abandoned name lookup must not hold up the loop.
        set(CURLOPT_QUICK_EXIT, true)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_PATH_AS_IS, true)
        set(CURLOPT_FOLLOWLOCATION, false)
        set(CURLOPT_TCP_NODELAY, true)
        set(CURLOPT_TCP_KEEPALIVE, true)
        set(CURLOPT_TCP_KEEPIDLE, 30)
        set(CURLOPT_TCP_KEEPINTVL, 15)
        set(CURLOPT_BUFFERSIZE, 64 * 1024)
        set(connectTimeout: configuration.connectTimeout)
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
        // The empty text: none, not even from the environment.
        set(CURLOPT_PROXY, configuration.proxy ?? "")
        if let path = configuration.unixSocket { set(CURLOPT_UNIX_SOCKET_PATH, path) }
        if configuration.decodesGzip { set(CURLOPT_ACCEPT_ENCODING, "gzip") }
        switch configuration.httpVersion.choice {
        case .automatic:
            set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
            set(CURLOPT_PIPEWAIT, true)
        case .http1: set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        }
        apply(configuration.tls)
    }

    private mutating func set(connectTimeout limit: Duration) {
        // Zero would be libcurl's own, five minutes.
        set(CURLOPT_CONNECTTIMEOUT_MS, Int(clamping: max(1, limit.nanoseconds / 1_000_000)))
    }

    private mutating func apply(_ tls: CurlTransport.TLS) {
        set(CURLOPT_SSL_VERIFYPEER, tls.verify)
        set(CURLOPT_SSL_VERIFYHOST, tls.verify ? 2 : 0)
        if let authorities = tls.certificateAuthorities { set(CURLOPT_CAINFO_BLOB, blob: authorities) }
        if let identity = tls.identity {
            set(CURLOPT_SSLCERTTYPE, "PEM")
            set(CURLOPT_SSLCERT_BLOB, blob: identity.certificate)
            set(CURLOPT_SSLKEYTYPE, "PEM")
            set(CURLOPT_SSLKEY_BLOB, blob: identity.key.reveal())
        }
    }

    mutating func apply(
        _ plan: RequestPlan, headers: UnsafeMutablePointer<curl_slist>?, connectTo: UnsafeMutablePointer<curl_slist>?
    ) {
        set(CURLOPT_URL, plan.url)
        set(CURLOPT_HTTPHEADER, list: headers)
        if let limit = plan.connectTimeout { set(connectTimeout: limit) }
        if connectTo != nil { set(CURLOPT_CONNECT_TO, list: connectTo) }
        if plan.isUpgrade {
            // A connection of its own, as straight as a proxy lets it be.
            set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
            set(CURLOPT_PIPEWAIT, false)
            set(CURLOPT_FRESH_CONNECT, true)
            set(CURLOPT_FORBID_REUSE, true)
            set(CURLOPT_HTTPPROXYTUNNEL, true)
        }
        if plan.method == "HEAD" {
            set(CURLOPT_NOBODY, true)
            return
        }
        switch plan.upload {
        case .none: set(CURLOPT_HTTPGET, true)
        case .bytes(let bytes):
            set(CURLOPT_POSTFIELDSIZE_LARGE, offset: bytes.count)
            note(bytes.withUnsafeBytes { claw_curl_setopt_copy_body(easy, $0.baseAddress) })
        case .stream(let length):
            set(CURLOPT_UPLOAD, true)
            set(CURLOPT_INFILESIZE_LARGE, offset: length ?? -1)
        }
        set(CURLOPT_CUSTOMREQUEST, plan.method)
    }

    mutating func setCallbacks(context: UnsafeMutableRawPointer) {
        set(CURLOPT_PRIVATE, pointer: context)
        set(CURLOPT_HEADERDATA, pointer: context)
        set(CURLOPT_WRITEDATA, pointer: context)
        set(CURLOPT_READDATA, pointer: context)
        set(CURLOPT_SOCKOPTDATA, pointer: context)
        note(claw_curl_setopt_callback(easy, CURLOPT_HEADERFUNCTION, headerCallback))
        note(claw_curl_setopt_callback(easy, CURLOPT_WRITEFUNCTION, writeCallback))
        note(claw_curl_setopt_callback(easy, CURLOPT_READFUNCTION, readCallback))
        note(claw_curl_setopt_on_socket(easy, socketCallback))
    }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> LoopTransfer? {
    context.map { Unmanaged<LoopTransfer>.fromOpaque($0).takeUnretainedValue() }
}

private let headerCallback: claw_curl_data_callback = { bytes, size, count, context in
    let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return transfer(context)?.receive(headerLine: line) == true ? line.count : 0
}

private let writeCallback: claw_curl_data_callback = { bytes, size, count, context in
    let chunk = UnsafeRawBufferPointer(start: bytes, count: size * count)
    switch transfer(context)?.receive(bytes: chunk) {
    case .taken: return chunk.count
    case .pause: return Int(CURL_WRITEFUNC_PAUSE)
    // Any other number than was offered aborts.
    case .refused, nil: return chunk.isEmpty ? 1 : 0
    }
}

private let readCallback: claw_curl_data_callback = { bytes, size, count, context in
    let target = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
    switch transfer(context)?.exchange.readUpload(upTo: target.count) {
    case .bytes(let bytes):
        target.copyBytes(from: bytes)
        return bytes.count
    case .pause: return Int(CURL_READFUNC_PAUSE)
    case .end: return 0
    case .abort, nil: return Int(CURL_READFUNC_ABORT)
    }
}

private let socketCallback: curl_sockopt_callback = { context, socket, _ in
    transfer(context)?.opened(socket)
    // Child processes have no business with our connections.
    _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    #if os(Linux)
    // A peer that has vanished is known dead after 30 s with data under way to it, 75 s without: until then new
    // requests would join the connection's others. (30 s idle, then three probes 15 s apart; tcp(7).)
    var (probes, milliseconds) = (Int32(3), Int32(30_000))
    _ = setsockopt(socket, Int32(IPPROTO_TCP), TCP_KEEPCNT, &probes, socklen_t(MemoryLayout<Int32>.size))
    // Who is upgraded is alone on his connection, and his peer may rightly not read for as long as it likes.
    if transfer(context)?.exchange.plan.isUpgrade == true { return Int32(CURL_SOCKOPT_OK) }
    _ = setsockopt(socket, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, &milliseconds, socklen_t(MemoryLayout<Int32>.size))
    #endif
    return Int32(CURL_SOCKOPT_OK)
}
