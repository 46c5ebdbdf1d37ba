import ClawBase
import ClawHTTPServer
public import ClawDocuments
import ClawKubernetes
import ClawModels

/// Something the API server asks over https. ``AdmissionWebhook`` and ``ConversionWebhook`` are the two kinds.
public protocol Webhook: Sendable {
    /// Its part of the server's paths, unique among the webhooks of one server.
    var path: String { get }
    /// The answer to a review.
    /// - Throws: where the question is none; answered with 400.
    func answer(_ review: JSONObject) async throws -> JSON
    /// What makes the API server ask.
    func registration(_ client: WebhookClient) -> WebhookRegistration
}

/// What makes the API server ask a webhook.
public enum WebhookRegistration: Sendable {
    /// A configuration of its own: `ValidatingWebhookConfiguration` or `MutatingWebhookConfiguration`.
    case configuration(any Resource)
    /// The member `conversion` of a definition's spec.
    case conversion(definition: String, JSON)
}

extension Webhook {
    /// Makes the API server ask: writes only what differs.
    func register(_ client: WebhookClient, in api: any KubernetesAPI) async throws {
        switch registration(client) {
        case .configuration(let object): try await Self.apply(object, in: api)
        case .conversion(let name, let conversion):
            let live = try await api.get(CustomResourceDefinition.self, name)
            if live.document[.spec]?["conversion"] == conversion { return }
            _ = try await api.mergePatch(CustomResourceDefinition.self, name, ["spec": ["conversion": conversion]])
        }
    }

    private static func apply<R: Resource>(_ object: R, in api: any KubernetesAPI) async throws {
        _ = try await api.apply(object, manager: WebhookServer.manager, force: true)
    }
}

/// How the API server finds a webhook, and whom it trusts.
public struct WebhookClient: Sendable {
    /// `service` or `url`, with `caBundle`.
    public let config: JSONObject
    /// The server's name, in the names of what it registers.
    public let name: String
}

/// Where the API server reaches a webhook server.
public struct WebhookAddress: Sendable {
    let hosts: [String]
    let config: @Sendable (_ path: String, _ bound: ListenAddress?) -> JSONObject
    let name: String
    /// Of the service that is called; nil: a server outside.
    var service: (namespace: String, port: Int)?

    /// A service in front of the server's pods.
    public static func service(namespace: String, name: String, port: Int = 443) -> WebhookAddress {
        WebhookAddress(
            hosts: ["\(name).\(namespace).svc", "\(name).\(namespace).svc.cluster.local"],
            config: { path, _ in
                [
                    "service": [
                        "namespace": .string(namespace), "name": .string(name), "port": .integer(Int64(port)),
                        "path": .string(path),
                    ]
                ]
            }, name: name, service: (namespace, port))
    }

    /// A server outside the cluster: `https://host:port`.
    /// - Parameter name: the server's, for what it registers.
    public static func url(_ base: String, name: String) -> WebhookAddress {
        let authority = base.dropFirst(base.hasPrefix("https://") ? 8 : 0).prefix { $0 != "/" }
        var host = String(authority)
        if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
            host = String(host[host.index(after: host.startIndex)..<end])
        } else if let colon = host.lastIndex(of: ":") {
            host = String(host[..<colon])
        }
        return WebhookAddress(hosts: [host], config: { path, _ in ["url": .string(base + path)] }, name: name)
    }

    /// This machine, for an API server on it: at the port that the server is bound to.
    /// - Parameter name: the server's, for what it registers.
    public static func loopback(name: String) -> WebhookAddress {
        WebhookAddress(
            hosts: ["127.0.0.1"],
            config: { path, bound in ["url": .string("https://127.0.0.1:\(bound?.port ?? 443)\(path)")] }, name: name)
    }
}
