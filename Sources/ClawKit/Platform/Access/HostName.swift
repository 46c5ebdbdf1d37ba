/// A host as requests name it, and as it is compared.
enum HostName {
    /// In lower case, without a port and without the dot that may end it: what proxies take for the same host.
    static func compared(_ host: some StringProtocol) -> String {
        var name = host.hasPrefix("[") ? host.prefix { $0 != "]" } : host.prefix { $0 != ":" }
        if name.last == "." { name = name.dropLast() }
        return name.lowercased()
    }

    /// That of a URL.
    static func of(url: String) -> String {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        return compared(rest.prefix { $0 != "/" })
    }

    /// Names by which machines and clusters call themselves: whose they are, no domain says.
    static func isInternal(_ host: String) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count > 1, let last = labels.last else { return true }
        return last.allSatisfy(\.isNumber) || host.hasPrefix("[") || ["localhost", "svc", "internal", "local"].contains(last)
            || last == PlatformSettings.namespace
    }
}
