import ClawBase

/// The environment's proxies: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in either case, the lower one first; as kubectl
/// reads them.
///
/// `NO_PROXY` is a list of hosts, domains (`.example.org`, which `example.org` means too), addresses, IPv4 networks
/// (`10.0.0.0/8`), each with a port or without, or `*`. What stays on this machine needs no proxy.
struct ProxyEnvironment {
    private let variables: [String: String]

    init(_ variables: [String: String]) { self.variables = variables }

    private func value(_ name: String) -> String? {
        [variables[name.lowercased()], variables[name]].compactMap { $0 }.first { !$0.isEmpty }
    }

    func proxy(for server: String) -> Secret<String>? {
        guard let address = ServerAddress(server), !address.isLoopback,
            let proxy = value(address.isTLS ? "HTTPS_PROXY" : "HTTP_PROXY"), !isExempt(address)
        else { return nil }
        return Secret(Self.normal(proxy))
    }

    /// With a scheme; and with names resolved by the proxy, which alone may know them.
    static func normal(_ proxy: String) -> String {
        guard let mark = proxy.firstRange(of: "://") else { return "http://\(proxy)" }
        return proxy[..<mark.lowerBound].lowercased() == "socks5" ? "socks5h\(proxy[mark.lowerBound...])" : proxy
    }

    private func isExempt(_ server: ServerAddress) -> Bool {
        let host = server.host
        for entry in (value("NO_PROXY") ?? "").lowercased().split(separator: ",") {
            var name = entry.filter { !$0.isWhitespace }
            if name == "*" { return true }
            if let network = IPv4Network(name) {
                if network.contains(host) { return true }
                continue
            }
            if name.filter({ $0 == ":" }).count == 1, let colon = name.firstIndex(of: ":") {
                guard name[name.index(after: colon)...] == String(server.port) else { continue }
                name = String(name[..<colon])
            }
            if name.hasPrefix("*.") { name.removeFirst() }
            let domain = name.hasPrefix(".") ? name : ".\(name)"
            if name == host || (name.count > 1 && host.hasSuffix(domain)) { return true }
        }
        return false
    }
}

/// `10.0.0.0/8`.
private struct IPv4Network {
    private let address: UInt32
    private let mask: UInt32

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let bits = Int(parts[1]), (0...32).contains(bits), let address = Self.number(parts[0])
        else { return nil }
        mask = bits == 0 ? 0 : UInt32.max << (32 - bits)
        self.address = address & mask
    }

    func contains(_ host: String) -> Bool { Self.number(host[...]).map { $0 & mask == address } ?? false }

    private static func number(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 4 else { return nil }
        return parts.reduce(UInt32?(0)) { sum, part in part.flatMap { part in sum.map { $0 << 8 | UInt32(part) } } }
    }
}
