import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawSchemas
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

    init(
        _ store: ObjectStore, time: any TimeSource, logger: Logger,
        connect: @escaping @Sendable (CurlTransport.Configuration) -> any Transport
    ) {
        (self.store, self.time, self.logger, self.connect) = (store, time, logger, connect)
    }

    /// The webhook's answer; nil where it could not be had and may be done without.
    /// - Parameter object: in the version of `type`.
    /// - Throws: ``APIStatus`` where it could not be had and must be.
    func ask(
        _ webhook: Webhook, _ object: JSONObject?, _ request: AdmissionRequest, as type: ResourceType, mayPatch: Bool
    ) async throws -> AdmissionReview.Answer? {
        if request.call.isDryRun, !webhook.toleratesDryRun {
            throw APIStatus.badRequest("admission webhook \"\(webhook.name)\" does not support dry run")
        }
        let old = try await request.call.resource.converted(request.old, to: type)
        let review = AdmissionReview(object, old: old, request, as: type)
        do {
            return try review.answer(try await reply(to: review.document, of: webhook), mayPatch: mayPatch)
        } catch let failure as WebhookFailure {
            if webhook.ignoresFailures {
                logger.warning("webhook failed, going on", metadata: ["webhook": "\(webhook.name)", "reason": "\(failure.reason)"])
                return nil
            }
            throw APIStatus.internalError("failed calling webhook \"\(webhook.name)\": \(failure.reason)")
        }
    }

    private func reply(to review: JSON, of webhook: Webhook) async throws -> JSON {
        do {
            return try await post(review, to: webhook.client, timeout: webhook.timeout)
        } catch let failure as CallFailure {
            throw WebhookFailure(reason: "failed to call webhook: \(failure.reason)")
        }
    }

    /// A webhook that could not be reached, or did not answer with a document.
    struct CallFailure: Error {
        let reason: String
    }

    /// The document a webhook answers a question with.
    /// - Parameters:
    ///   - client: `WebhookClientConfig`.
    ///   - timeout: in seconds.
    ///   - answerLimit: in bytes.
    /// - Throws: ``CallFailure``.
    func post(
        _ review: JSON, to client: Field, timeout: Int64, answerLimit: Int = 3 << 20
    ) async throws -> JSON {
        let target = target(of: client)
        let shown = "Post \"\(target.shown)?timeout=\(timeout)s\""
        do {
            let transport = try transport(to: target, of: client)
            return try await time.withDeadline(.seconds(timeout), "the webhook") {
                let response = try await transport.send(
                    Request(
                        .post, "\(target.path)?timeout=\(timeout)s",
                        headers: [.contentType: "application/json", .accept: "application/json"],
                        body: .bytes(review.bytes())))
                let bytes = try await response.body.collect(limit: answerLimit)
                guard response.status.kind == .successful else {
                    throw CallFailure(
                        reason: ServerAnswer.words(for: response.status.code, String(decoding: bytes, as: UTF8.self)))
                }
                do throws(JSONError) {
                    return try JSONParser.parse(bytes)
                } catch {
                    throw CallFailure(
                        reason: "couldn't get version/kind; json parse error: \(GoJSON.words(for: error, bytes))")
                }
            }
        } catch let failure as CallFailure {
            throw failure
        } catch is CancellationError {
            throw CancellationError()
        } catch let failure as Unreachable {
            throw CallFailure(reason: "\(shown): \(failure.reason)")
        } catch let finding as Finding where finding.code == .deadline {
            throw CallFailure(reason: "\(shown): context deadline exceeded")
        } catch {
            throw CallFailure(reason: "\(shown): \((error as? TransportError)?.message ?? "\(error)")")
        }
    }

    private struct Target {
        /// What the request is for: a URL, or the path at a service.
        let path: String
        /// The address as messages show it.
        let shown: String
        var service: (namespace: String, name: String, port: Int64)?
    }

    private struct Unreachable: Error {
        let reason: String
    }

    private func target(of client: Field) -> Target {
        if client["url"].isSet { return Target(path: client["url"].string, shown: client["url"].string) }
        let service = client["service"]
        let (namespace, name, path) = (service["namespace"].string, service["name"].string, service["path"].string)
        let port = service["port"].integer ?? 443
        let rooted = path.hasPrefix("/") ? path : "/\(path)"
        return Target(
            path: rooted, shown: "https://\(name).\(namespace).svc:\(port)\(rooted)", service: (namespace, name, port))
    }

    private func transport(to target: Target, of client: Field) throws(Unreachable) -> any Transport {
        let authorities = Base64.decode(client["caBundle"].string).map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard let service = target.service else {
            return transport(Key(authorities: authorities, serverName: "", base: ""))
        }
        let (namespace, name, port) = service
        guard let address = ServiceAddress.find(namespace, name, port: port, in: store) else {
            let exists = store.get(.init(group: "", plural: "services"), .init(namespace: namespace, name: name)) != nil
            throw Unreachable(
                reason: exists ? "no endpoints available for service \"\(name)\"" : "service \"\(name)\" not found")
        }
        return transport(
            Key(authorities: authorities, serverName: "\(name).\(namespace).svc", base: "https://\(address)"))
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
