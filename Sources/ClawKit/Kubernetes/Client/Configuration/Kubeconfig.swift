import ClawBase
import ClawDocuments

/// A kubeconfig file.
///
/// <https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/>
/// A broken file is an error, never a silent fall-through to another cluster or another user; what this client cannot
/// do (exec plug-ins, impersonation, proxies) is an error too.
public struct Kubeconfig: Sendable {
    private let document: KubeconfigEntry

    /// - Throws: ``Finding`` with ``FindingCode/badConfig`` naming the file and what is wrong with it.
    public init(contentsOf path: String) throws {
        try self.init(parsing: try KubeconfigEntry.text(of: path), path: path)
    }

    /// - Parameter path: what errors name, and where relative paths in the text start from.
    public init(parsing text: String, path: String) throws {
        let documents = try Manifest.parse(text, source: path)
        guard documents.count == 1, case .object(let document) = documents[0], document["clusters"] != nil else {
            throw Finding(
                .badConfig, "The file is no kubeconfig: it must hold one document with 'clusters', 'users' and 'contexts'.",
                field: path)
        }
        self.document = KubeconfigEntry(document, file: path, place: "")
    }

    /// The access of a context, the current one by default.
    /// - Throws: ``Finding`` with ``FindingCode/badConfig`` naming the file and the place in it.
    public func access(context wanted: String? = nil) throws -> ClusterAccess {
        guard let name = try wanted ?? document.text("current-context"), !name.isEmpty else {
            throw document.broken("it has no current context; set one or name a context", "current-context")
        }
        let context = try document.entry("contexts", name, "context")
        guard let clusterName = try context.text("cluster") else {
            throw context.broken("the context names no cluster", "cluster")
        }
        var access = try server(try document.entry("clusters", clusterName, "cluster"))
        access.namespace = try context.text("namespace") ?? "default"
        if let user = try context.text("user") {
            try authenticate(&access, try document.entry("users", user, "user"))
        }
        return access
    }

    private func server(_ cluster: KubeconfigEntry) throws -> ClusterAccess {
        guard let server = try cluster.text("server"), let host = server.firstRange(of: "://")?.upperBound,
            ["https", "http"].contains(server[..<host].dropLast(3)), server[host...].first.map({ $0 != "/" }) ?? false,
            !server.contains(where: { $0.isWhitespace || $0 == "?" || $0 == "#" || $0 == "@" })
        else { throw cluster.broken("it must be a URL like https://host:port", "server") }
        try cluster.refuse(["proxy-url"])
        var access = ClusterAccess(server: server.hasSuffix("/") ? String(server.dropLast()) : server)
        access.certificateAuthority = try cluster.pem("certificate-authority")
        access.skipsTLSVerification = try cluster.flag("insecure-skip-tls-verify")
        access.tlsServerName = try cluster.text("tls-server-name")
        if access.skipsTLSVerification, access.certificateAuthority != nil {
            throw cluster.broken("it contradicts the certificate authority; remove one", "insecure-skip-tls-verify")
        }
        return access
    }

    private func authenticate(_ access: inout ClusterAccess, _ user: KubeconfigEntry) throws {
        try user.refuse(["exec", "auth-provider", "username", "password", "as", "as-uid", "as-groups", "as-user-extra"])
        access.clientCertificate = try user.pem("client-certificate")
        access.clientKey = try user.pem("client-key").map { Secret($0) }
        if (access.clientCertificate == nil) != (access.clientKey == nil) {
            throw user.broken(
                "a client certificate and its key go together",
                access.clientKey == nil ? "client-key" : "client-certificate")
        }
        // Where both are given the file counts, for it is what is renewed.
        if let token = try user.file("tokenFile") {
            access.token = Secret(try user.line(token, "tokenFile"))
        } else if let token = try user.text("token") {
            access.token = Secret(try user.line(token, "token"))
        }
    }
}
