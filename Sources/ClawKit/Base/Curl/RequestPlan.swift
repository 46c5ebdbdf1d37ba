import HTTPTypes

/// A request worked out into what libcurl is told: URL, method, header lines, body.
struct RequestPlan: Sendable {
    enum Upload: Sendable {
        case none
        case bytes([UInt8])
        case stream(length: Int?)
    }

    let method: String
    let url: String
    /// `name:port:host:port`, where the TLS name differs from the host (CURLOPT_CONNECT_TO).
    let connectTo: String?
    let headerLines: [String]
    let upload: Upload
    /// The request asks to leave HTTP; the upload is then not a body but the connection's sending half.
    let isUpgrade: Bool
    let headTimeout: Duration
    /// nil: the transport's own.
    let connectTimeout: Duration?
    private let idleTimeout: Duration?
    private let silence: SilenceLimit?
    /// `host:port`, for messages.
    let peer: String

    init(_ request: Request, _ configuration: CurlTransport.Configuration) throws(TransportError) {
        let path = request.head.path ?? "/"
        let target: String
        let usesBase: Bool
        if let scheme = request.head.scheme, let authority = request.head.authority {
            target = "\(scheme)://\(authority)\(path)"
            usesBase = false
        } else if let base = configuration.baseURL {
            target = (base.hasSuffix("/") ? String(base.dropLast()) : base) + path
            usesBase = true
        } else {
            throw TransportError(
                code: .invalidRequest,
                message: "\(request.method) \(request.path) has no host: set a base URL or name the whole URL.")
        }
        guard let location = Location(target) else {
            throw TransportError(
                code: .invalidRequest, message: "The base URL or request URL is not http://host… or https://host….")
        }
        var headers = request.headers
        if usesBase || configuration.baseURL == nil {
            for field in configuration.defaultHeaders where !request.headers.contains(field.name) {
                headers.append(field)
            }
        }
        var serverAddress: String?
        if usesBase, let name = configuration.tls.serverName, location.isTLS {
            url = "https://\(name):\(location.port)\(location.rest)"
            connectTo = "\(name):\(location.port):\(location.host):\(location.port)"
            serverAddress = location.authority
        } else {
            url = target
            connectTo = nil
        }
        method = request.method.rawValue
        peer = configuration.unixSocket ?? "\(location.host):\(location.port)"
        headTimeout = request.headTimeout
        connectTimeout = request.connectTimeout
        isUpgrade = request.wantsUpgrade
        // Who leaves HTTP keeps an eye on silence himself.
        idleTimeout = isUpgrade ? nil : request.idleTimeout
        silence = isUpgrade ? nil : request.silence
        upload = isUpgrade ? .stream(length: nil) : Self.upload(of: request)
        var lines = Self.lines(headers, upload, configuration, serverAddress: serverAddress)
        // Without it libcurl would send the connection's bytes as a chunked body.
        if isUpgrade { lines.append("Transfer-Encoding:") }
        headerLines = lines
    }

    /// How long the body may stay silent.
    var silenceLimit: Duration? { silence?.limit ?? idleTimeout }
    /// After so long it is worth looking whether it did.
    var nextLook: Duration? { silence?.least ?? idleTimeout }

    private static func upload(of request: Request) -> Upload {
        if let bytes = request.body.immediateBytes {
            let mayBeAbsent = request.method != .post && request.method != .put && request.method != .patch
            return bytes.isEmpty && mayBeAbsent ? .none : .bytes(bytes)
        }
        return .stream(length: request.body.length)
    }

    private static func lines(
        _ headers: HTTPFields, _ upload: Upload, _ configuration: CurlTransport.Configuration, serverAddress: String?
    ) -> [String] {
        var lines: [String] = []
        for field in headers where field.name != .contentLength && field.name != .transferEncoding {
            // libcurl's spelling of a header with an empty value ends in a semicolon.
            lines.append(field.value.isEmpty ? "\(field.name.rawName);" : "\(field.name.rawName): \(field.value)")
        }
        if let serverAddress { lines.append("Host: \(serverAddress)") }
        // A header without a value takes back what libcurl would add by itself: the wait for 100-continue, and a
        // form's content type for a body that has none.
        lines.append("Expect:")
        if case .none = upload {} else if !headers.contains(.contentType) { lines.append("Content-Type:") }
        if !headers.contains(.userAgent) { lines.append("User-Agent: \(configuration.userAgent)") }
        return lines
    }
}

/// The parts of an absolute http(s) URL that connecting needs.
struct Location {
    let isTLS: Bool
    /// Without brackets' meaning changed: `[::1]` stays bracketed, as libcurl wants it.
    let host: String
    let port: Int
    let authority: String
    let rest: String

    init?(_ url: String) {
        guard let mark = url.firstRange(of: "://") else { return nil }
        switch url[..<mark.lowerBound].lowercased() {
        case "http": isTLS = false
        case "https": isTLS = true
        default: return nil
        }
        let tail = url[mark.upperBound...]
        let slash = tail.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? tail.endIndex
        rest = String(tail[slash...])
        let address = tail[..<slash].split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        authority = String(address)
        let colon = address.lastIndex(of: ":")
        if let colon, !address[colon...].contains("]") {
            guard let number = Int(address[address.index(after: colon)...]), (1...65535).contains(number) else {
                return nil
            }
            host = String(address[..<colon])
            port = number
        } else {
            host = String(address)
            port = isTLS ? 443 : 80
        }
        guard !host.isEmpty else { return nil }
    }
}
