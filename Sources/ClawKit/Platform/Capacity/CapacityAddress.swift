public import ClawBase
import HTTPTypes

/// Where enrolled capacity answers, checked: an endpoint from outside must not lead the platform into places that only
/// it can reach.
///
/// Administrators say where it is; who enrols cannot. https anywhere, or http on this machine; never a link-local
/// address (the clouds' metadata services are there), an unspecified or a multicast one. A redirect is not followed.
struct CapacityAddress: Sendable, Hashable {
    let scheme: String
    /// Host and port, as URLs have them.
    let authority: String

    /// - Throws: ``Finding`` (`E_CAPACITY_ADDRESS`).
    init(_ endpoint: String) throws(Finding) {
        func refused(_ why: String) -> Finding {
            Finding(
                .capacityAddress,
                "The endpoint \(why); write https://host:port, or http://127.0.0.1:port on this machine.",
                field: "endpoint")
        }
        guard let mark = endpoint.firstRange(of: "://"), endpoint.utf8.count <= 512,
            endpoint.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw refused("is no URL") }
        let scheme = endpoint[..<mark.lowerBound].lowercased()
        var rest = endpoint[mark.upperBound...].lowercased()
        if rest.hasSuffix("/") { rest.removeLast() }
        guard ["http", "https"].contains(scheme), !rest.contains(where: { "/?#@\\".contains($0) }) else {
            throw refused("has more than scheme, host and port")
        }
        let isBracketed = rest.hasPrefix("[")
        guard let end = isBracketed ? rest.firstIndex(of: "]") : rest.firstIndex(of: ":") ?? rest.endIndex else {
            throw refused("has no host")
        }
        let host = String(isBracketed ? rest[rest.index(after: rest.startIndex)..<end] : rest[..<end])
        let tail = isBracketed ? rest[rest.index(after: end)...] : rest[end...]
        let port = tail.isEmpty ? 443 : tail.first == ":" ? Int(tail.dropFirst()) : nil
        guard !host.isEmpty, let port, (1...65535).contains(port) else {
            throw refused("has no host, or no port that is one")
        }
        let isLocal = Self.isLoopback(host)
        guard scheme == "https" || isLocal else { throw refused("would be reached in the clear") }
        guard !Self.isSpecial(host) else { throw refused("is a link-local, unspecified or multicast address") }
        (self.scheme, authority) = (scheme, rest)
    }

    private static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || octets(host)?.first == 127
    }

    /// Four decimal numbers; other spellings of IPv4 addresses are none here and are refused with their host.
    private static func octets(_ host: String) -> [UInt8]? {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { UInt8($0) }
        return parts.count == 4 && numbers.count == 4 ? numbers : nil
    }

    private static func isSpecial(_ host: String) -> Bool {
        if let octets = octets(host) {
            return octets[0] == 0 || octets[0] >= 224 || octets[0] == 169 && octets[1] == 254
        }
        // 0xA9FEA9FE, 2852039166, 169.254.43518: resolvers read these as addresses too.
        if !host.contains(":"), host.split(separator: ".").last?.first?.isNumber == true { return true }
        guard host.contains(":") else { return host == "metadata" || host == "metadata.google.internal" }
        // Link-local, multicast, unspecified, the metadata service of one cloud, and IPv4 in disguise.
        return host == "::" || host.hasPrefix("fe8") || host.hasPrefix("fe9") || host.hasPrefix("fea")
            || host.hasPrefix("feb") || host.hasPrefix("ff") || host.hasPrefix("fd00:ec2") || host.contains(".")
            || host.hasPrefix("::ffff:") || host.contains("%")
    }

    /// A request for a path of it.
    func request(_ path: String, token: Secret<String>?, patience: Duration) -> Request {
        var headers: HTTPFields = [.accept: "application/json"]
        if let token { headers[.openClawToken] = token.reveal() }
        return Request(
            .get, "\(scheme)://\(authority)\(path)", headers: headers, headTimeout: patience, idleTimeout: patience)
    }
}

extension FindingCode {
    /// An endpoint that the platform does not go to.
    public static let capacityAddress = FindingCode(rawValue: "E_CAPACITY_ADDRESS")
    /// No enrolled capacity takes the runtime now.
    public static let noCapacity = FindingCode(rawValue: "E_NO_CAPACITY")
    /// The platform cannot do this to what runs elsewhere.
    public static let unsupported = FindingCode(rawValue: "E_UNSUPPORTED")
}
