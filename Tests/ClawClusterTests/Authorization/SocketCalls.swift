import ClawBase
import ClawCluster
import ClawDocuments
import ClawKubernetes
import HTTPTypes
import Logging

/// A cluster whose handler is called as over a socket: with credentials, or without.
struct ServedCluster: Sendable {
    let cluster: EmbeddedCluster
    var api: KubernetesClient { cluster.client }

    static let token = "the-administrator's-token"

    /// - Parameter isRunning: whether the controllers run.
    static func run(
        isRunning: Bool = false, time: some TimeSource = SystemTime(),
        _ body: @escaping @Sendable (ServedCluster) async throws -> Void
    ) async throws {
        var options = EmbeddedCluster.Options()
        options.administratorToken = Secret(token)
        options.time = time
        options.logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let cluster = try await EmbeddedCluster(options)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            if isRunning {
                group.addTask {
                    try await cluster.run()
                    return false
                }
            }
            group.addTask {
                try await body(ServedCluster(cluster: cluster))
                return true
            }
            defer { group.cancelAll() }
            while let isDone = try await group.next() { if isDone { return } }
        }
        try cluster.close()
    }

    /// One exchange: as the administrator, in a user's name, with another token, or (empty) without.
    func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, as user: String? = nil,
        groups: [String] = [], token: String = token, type: String = "application/json", certificate: [UInt8]? = nil,
        headers more: HTTPFields = [:]
    ) async throws -> RawAnswer {
        var headers = more
        if !token.isEmpty { headers[.authorization] = "Bearer \(token)" }
        if let name = HTTPField.Name("Impersonate-User"), let user { headers[name] = user }
        if let name = HTTPField.Name("Impersonate-Group") {
            for group in groups { headers.append(HTTPField(name: name, value: group)) }
        }
        if body != nil { headers[.contentType] = type }
        var request = Request(
            method, "https://cluster.test\(path)", headers: headers, body: body.map { .bytes($0.bytes()) } ?? .empty)
        request.peerCertificate = certificate
        let response = await cluster.handler.respond(to: request)
        let bytes = try await response.body.collect(limit: 1 << 24)
        return RawAnswer(
            code: response.status.code, contentType: response.headers[.contentType] ?? "",
            text: String(decoding: bytes, as: UTF8.self))
    }

    // MARK: roles

    static let rbac = "/apis/rbac.authorization.k8s.io/v1"

    func role(_ name: String, _ rules: [JSON], in namespace: String? = "default") async throws {
        let place = namespace.map { "/namespaces/\($0)/roles" } ?? "/clusterroles"
        let made = try await call(
            .post, "\(Self.rbac)\(place)", ["metadata": ["name": .string(name)], "rules": .array(rules)])
        guard made.code == 201 else { throw Finding(.internalError, made.text) }
    }

    /// - Parameters:
    ///   - role: `Role/x` or `ClusterRole/x`.
    ///   - subject: `User/x`, `Group/x` or `ServiceAccount/x`.
    func bind(_ role: String, to subject: String, in namespace: String? = "default") async throws {
        let place = namespace.map { "/namespaces/\($0)/rolebindings" } ?? "/clusterrolebindings"
        let made = try await call(
            .post, "\(Self.rbac)\(place)",
            [
                "metadata": ["generateName": "b-"], "roleRef": Self.reference(role),
                "subjects": [Self.reference(subject, in: namespace)],
            ])
        guard made.code == 201 else { throw Finding(.internalError, made.text) }
    }

    static func reference(_ text: String, in namespace: String? = nil) -> JSON {
        let parts = text.split(separator: "/").map(String.init)
        if parts[0] == "ServiceAccount" {
            return ["kind": .string(parts[0]), "name": .string(parts[1]), "namespace": .string(namespace ?? "default")]
        }
        return ["apiGroup": "rbac.authorization.k8s.io", "kind": .string(parts[0]), "name": .string(parts[1])]
    }

    static func rule(_ verbs: [JSON], _ resources: [JSON], groups: [JSON] = [""], names: [JSON] = []) -> JSON {
        var rule: JSON = ["verbs": .array(verbs), "resources": .array(resources), "apiGroups": .array(groups)]
        if !names.isEmpty { rule["resourceNames"] = .array(names) }
        return rule
    }

    func account(_ name: String, in namespace: String = "default") async throws {
        let made = try await call(
            .post, "/api/v1/namespaces/\(namespace)/serviceaccounts", ["metadata": ["name": .string(name)]])
        guard made.code == 201 else { throw Finding(.internalError, made.text) }
    }

    /// The answer to a token request.
    func token(of account: String, _ spec: JSON = [:], in namespace: String = "default") async throws -> RawAnswer {
        try await call(
            .post, "/api/v1/namespaces/\(namespace)/serviceaccounts/\(account)/token",
            ["apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec])
    }
}
