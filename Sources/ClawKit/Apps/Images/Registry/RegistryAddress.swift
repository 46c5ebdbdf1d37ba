import ClawBase

/// Where a repository is: the registry's origin and the repository's path in it.
struct RegistryAddress: Sendable, Hashable {
    /// `https://ghcr.io`
    let origin: String
    /// `library/nginx`
    let repository: String

    /// Docker Hub is called `docker.io` and stands elsewhere; its own images have a folder that is left out. A registry
    /// on this machine is spoken to without TLS, as Docker does.
    /// - Throws: a finding where the name is none, so that it cannot lead anywhere but to a registry.
    init(_ image: ImageReference) throws(Finding) {
        var host = image.registry.isEmpty ? "docker.io" : image.registry
        var path = image.repository
        // `ghcr.io/acme` as registry and `web` as repository is the same image.
        if let slash = host.firstIndex(of: "/") {
            path = "\(host[host.index(after: slash)...])/\(path)"
            host = String(host[..<slash])
        }
        if ["docker.io", "index.docker.io", "registry.hub.docker.com"].contains(host) {
            host = "registry-1.docker.io"
            if !path.contains("/") { path = "library/\(path)" }
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard Self.isHost(host), parts.allSatisfy(Self.isComponent), path.utf8.count <= 255 else {
            throw Finding(.image, "\(ObjectName.shown("\(image)")) names no registry and repository; mend spec.image.")
        }
        origin = "\(Self.isLoopback(host) ? "http" : "https")://\(host)"
        repository = path
    }

    private static func isLoopback(_ host: String) -> Bool {
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        return ["localhost", "127.0.0.1", "[::1]"].contains(name)
    }

    private static func isHost(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                    || ".-:[]".utf8.contains(byte)
            }
    }

    /// <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests>
    private static func isComponent(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, ObjectName.isRepository(first), !"-_.".utf8.contains(first) else {
            return false
        }
        return text.utf8.allSatisfy(ObjectName.isRepository)
    }

    /// Whether a place that the registry names may get the credentials that are meant for the registry: it is encrypted,
    /// or on this machine as the registry itself is.
    func maySendCredentials(to url: String) -> Bool {
        url.hasPrefix("https://") || url == origin || url.hasPrefix("\(origin)/") || url.hasPrefix("\(origin)?")
            || origin.hasPrefix("http://") && Self.isLoopbackURL(url)
    }

    private static func isLoopbackURL(_ url: String) -> Bool {
        guard url.hasPrefix("http://") else { return false }
        let authority = url.dropFirst(7).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return !authority.contains("@") && isHost(String(authority)) && isLoopback(String(authority))
    }
}

/// Who may read a repository.
public struct RegistryCredentials: Sendable, Hashable {
    public let username: String
    public let password: Secret<String>

    public init(username: String, password: Secret<String>) { (self.username, self.password) = (username, password) }

    /// Those of an image's pull secret; nil where it has none.
    init?(_ image: Rollout.Image) {
        guard image.hasCredentials else { return nil }
        self.init(username: image.username, password: image.password)
    }

    /// RFC 7617.
    var basic: String { "Basic \(Base64.encode(Array("\(username):\(password.reveal())".utf8)))" }
}
