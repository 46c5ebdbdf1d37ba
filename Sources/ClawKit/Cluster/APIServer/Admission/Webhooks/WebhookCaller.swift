import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Logging
import Synchronization

/// Asks webhooks over https, whether they are given by URL or by a service of the cluster.
final class WebhookCaller: Sendable {
    private struct Key: Hashable {
        let authorities: String
        let serverName: String
        let base: String
    }

    private let connect: @Sendable (CurlTransport.Configuration) -> any Transport
    private let store: ObjectStore
    private let time: any TimeSource
    private let logger: Logger
    private let transports = Mutex<[Key: any Transport]>([:])
    /// Certificates rotate: more than this many are those of webhooks that are no more.
    private static let mostTransports = 64
    private static let answerLimit = 3 << 20

    init(
        _ store: ObjectStore, time: any TimeSource, logger: Logger,
        connect: @escaping @Sendable (CurlTransport.Configuration) -> any Transport
    ) {
        (self.store, self.time, self.logger, self.connect) = (store, time, logger, connect)
    }

    /// The webhook's answer; nil where it could not be had and may be done without.
    /// - Throws: ``APIStatus`` where it could not be had and must be.
    func ask(
        _ webhook: Webhook, _ object: JSONObject?, _ request: AdmissionRequest, as type: ResourceType, mayPatch: Bool
    ) async throws -> AdmissionReview.Answer? {
        if request.call.isDryRun, !webhook.toleratesDryRun {
            throw APIStatus.badRequest("admission webhook \"\(webhook.name)\" does not support dry run")
        }
        let review = AdmissionReview(object, request, as: type)
        do {
            return try review.answer(try await post(review.document, to: webhook), mayPatch: mayPatch)
        } catch let failure as WebhookFailure {
            if webhook.ignoresFailures {
                logger.warning("webhook failed, going on", metadata: ["webhook": "\(webhook.name)", "reason": "\(failure.reason)"])
                return nil
            }
            throw APIStatus.internalError("failed calling webhook \"\(webhook.name)\": \(failure.reason)")
        }
    }

    private func post(_ review: JSON, to webhook: Webhook) async throws -> JSON {
        let (transport, url) = try target(of: webhook)
        let address = "\(url)?timeout=\(webhook.timeout)s"
        let deadline = Duration.seconds(webhook.timeout)
        do {
            return try await time.withDeadline(deadline, "the webhook") {
                let response = try await transport.send(
                    Request(
                        .post, address, headers: [.contentType: "application/json", .accept: "application/json"],
                        body: .bytes(review.bytes())))
                let bytes = try await response.body.collect(limit: Self.answerLimit)
                guard response.status == .ok else {
                    throw WebhookFailure.call(
                        "the server responded with the status code \(response.status.code)"
                            + " (post \(url))")
                }
                guard let answer = try? JSONParser.parse(bytes) else {
                    throw WebhookFailure.call("couldn't get version/kind; json parse error")
                }
                return answer
            }
        } catch let failure as WebhookFailure {
            throw failure
        } catch is CancellationError {
            throw CancellationError()
        } catch let finding as Finding where finding.code == .deadline {
            throw WebhookFailure.call("Post \"\(address)\": context deadline exceeded")
        } catch {
            throw WebhookFailure.call("Post \"\(address)\": \((error as? TransportError)?.message ?? "\(error)")")
        }
    }

    private func target(of webhook: Webhook) throws(WebhookFailure) -> (any Transport, String) {
        let client = webhook.client
        let authorities = Base64.decode(client["caBundle"].string).map { String(decoding: $0, as: UTF8.self) } ?? ""
        if client["url"].isSet {
            return (transport(Key(authorities: authorities, serverName: "", base: "")), client["url"].string)
        }
        let service = client["service"]
        let (namespace, name) = (service["namespace"].string, service["name"].string)
        let port = service["port"].integer ?? 443
        let path = service["path"].string
        guard let address = ServiceAddress.find(namespace, name, port: port, in: store) else {
            let exists = store.get(.init(group: "", plural: "services"), .init(namespace: namespace, name: name)) != nil
            throw .call(exists ? "no endpoints available for service \"\(name)\"" : "service \"\(name)\" not found")
        }
        let host = "\(name).\(namespace).svc"
        let key = Key(authorities: authorities, serverName: host, base: "https://\(address)")
        return (transport(key), path.isEmpty ? "/" : path.hasPrefix("/") ? path : "/\(path)")
    }

    private func transport(_ key: Key) -> any Transport {
        transports.withLock { transports in
            if let known = transports[key] { return known }
            if transports.count >= Self.mostTransports { transports.removeAll() }
            var tls = CurlTransport.TLS()
            if !key.authorities.isEmpty { tls.certificateAuthorities = key.authorities }
            if !key.serverName.isEmpty { tls.serverName = key.serverName }
            let new = connect(
                CurlTransport.Configuration(
                    baseURL: key.base.isEmpty ? nil : key.base, tls: tls, userAgent: "kube-apiserver-admission"))
            transports[key] = new
            return new
        }
    }
}
