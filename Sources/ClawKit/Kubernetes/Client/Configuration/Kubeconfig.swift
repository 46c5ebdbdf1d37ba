import ClawBase
import ClawDocuments
import Foundation

/// A kubeconfig file.
///
/// <https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/>
/// A broken file is an error, never a silent fall-through to another cluster.
public struct Kubeconfig: Sendable {
    private let path: String
    private let document: JSON

    /// - Throws: ``Finding`` with ``FindingCode/badConfig`` naming the file and what is wrong with it.
    public init(contentsOf path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Finding(.badConfig, "The kubeconfig cannot be read; check that the file exists.", field: path)
        }
        let documents = try Manifest.parse(String(decoding: data, as: UTF8.self), source: path)
        guard documents.count == 1, case .object = documents[0], documents[0]["clusters"] != nil else {
            throw Finding(.badConfig, "The file is no kubeconfig: it has no 'clusters'.", field: path)
        }
        self.path = path
        document = documents[0]
    }

    /// The access of a context, the current one by default.
    public func access(context wanted: String? = nil) throws -> ClusterAccess {
        guard let contextName = wanted ?? document["current-context"]?.string, !contextName.isEmpty else {
            throw broken("It has no current-context; set one or name a context.", "current-context")
        }
        let context = try entry("contexts", contextName, "context")
        guard let clusterName = context["cluster"]?.string else {
            throw broken("The context '\(contextName)' names no cluster.", "contexts")
        }
        let cluster = try entry("clusters", clusterName, "cluster")
        guard let server = cluster["server"]?.string, server.hasPrefix("https://") || server.hasPrefix("http://") else {
            throw broken("The cluster '\(clusterName)' has no server URL (https://host:port).", "clusters")
        }
        var access = ClusterAccess(server: server.hasSuffix("/") ? String(server.dropLast()) : server)
        access.certificateAuthority = try pem(cluster, "certificate-authority")
        access.skipsTLSVerification = cluster["insecure-skip-tls-verify"]?.bool ?? false
        access.tlsServerName = cluster["tls-server-name"]?.string
        access.namespace = context["namespace"]?.string ?? "default"
        guard let userName = context["user"]?.string, !userName.isEmpty else { return access }
        let user = try entry("users", userName, "user")
        access.clientCertificate = try pem(user, "client-certificate")
        access.clientKey = try pem(user, "client-key").map { Secret($0) }
        if let file = user["tokenFile"]?.string {
            access.token = Secret(try read(file, "tokenFile").trimmingCharacters(in: .whitespacesAndNewlines))
        } else {
            access.token = user["token"]?.string.map { Secret($0) }
        }
        return access
    }

    private func entry(_ list: String, _ name: String, _ member: String) throws -> JSON {
        guard let found = document[list]?.array?.first(where: { $0["name"]?.string == name }) else {
            throw broken("It has no entry '\(name)' under \(list).", list)
        }
        return found[member] ?? .object(JSONObject())
    }

    /// `NAME-data` (base64) or the file `NAME` points to, relative to the kubeconfig.
    private func pem(_ entry: JSON, _ name: String) throws -> String? {
        if let data = entry["\(name)-data"]?.string {
            guard let bytes = Base64.decode(data) else { throw broken("'\(name)-data' is not base64.", "\(name)-data") }
            return String(decoding: bytes, as: UTF8.self)
        }
        return try entry[name]?.string.map { try read($0, name) }
    }

    private func read(_ file: String, _ field: String) throws -> String {
        let folder = URL(filePath: path).deletingLastPathComponent()
        let resolved = file.hasPrefix("/") ? file : folder.appending(path: file).path()
        guard let data = FileManager.default.contents(atPath: resolved) else {
            throw broken("The file '\(resolved)' cannot be read.", field)
        }
        return String(decoding: data, as: UTF8.self)
    }

    private func broken(_ message: String, _ field: String) -> Finding {
        Finding(.badConfig, "The kubeconfig is broken. \(message)", field: "\(path): \(field)")
    }
}
