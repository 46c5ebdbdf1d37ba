import ClawBase
import ClawDocuments

extension KubeconfigEntry {
    /// What a `cluster` says.
    func server() throws -> ClusterAccess {
        guard let server = try text("server"), let host = server.firstRange(of: "://")?.upperBound,
            ["https", "http"].contains(server[..<host].dropLast(3)), server[host...].first.map({ $0 != "/" }) ?? false,
            !server.contains(where: { $0.isWhitespace || $0 == "?" || $0 == "#" || $0 == "@" })
        else { throw broken("it must be a URL like https://host:port", "server") }
        var access = ClusterAccess(server: server.hasSuffix("/") ? String(server.dropLast()) : server)
        access.certificateAuthority = try pem("certificate-authority")
        access.certificateAuthorityFile = try rotatingPath("certificate-authority")
        access.skipsTLSVerification = try flag("insecure-skip-tls-verify")
        access.tlsServerName = try text("tls-server-name")
        access.disablesCompression = try flag("disable-compression")
        access.proxy = try proxy()
        if access.skipsTLSVerification, access.certificateAuthority != nil {
            throw broken("it contradicts the certificate authority; remove one", "insecure-skip-tls-verify")
        }
        return access
    }

    private func proxy() throws -> Secret<String>? {
        guard let url = try text("proxy-url") else { return nil }
        guard let host = url.firstRange(of: "://")?.upperBound,
            ["http", "https", "socks5", "socks5h"].contains(url[..<host].dropLast(3)),
            url[host...].contains(where: { $0 != "/" }), !url.contains(where: \.isWhitespace)
        else { throw broken("it must be a URL like http://host:port, https://… or socks5://…", "proxy-url") }
        return Secret(ProxyEnvironment.normal(url))
    }

    /// The cluster as an exec plugin is told it (`spec.cluster` of its request).
    func clusterInfo() throws -> JSONObject {
        let access = try server()
        var info: JSONObject = ["server": .string(access.server)]
        if let name = access.tlsServerName { info["tls-server-name"] = .string(name) }
        if access.skipsTLSVerification { info["insecure-skip-tls-verify"] = true }
        if let pem = access.certificateAuthority {
            info["certificate-authority-data"] = .string(Base64.encode(Array(pem.utf8)))
        }
        if let proxy = try text("proxy-url") { info["proxy-url"] = .string(proxy) }
        if access.disablesCompression { info["disable-compression"] = true }
        // The cluster's own word to plugins, under the name reserved for it.
        for element in try elements("extensions") where element["name"]?.string == "client.authentication.k8s.io/exec" {
            info["config"] = element["extension"] ?? .null
        }
        return info
    }
}
