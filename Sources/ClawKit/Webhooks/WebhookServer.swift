public import ClawBase
import ClawCertificates
import ClawDocuments
public import ClawHTTPServer
public import ClawKubernetes
public import Logging
import Synchronization

/// Serves webhooks over https, and sees to it that the API server asks and trusts them.
///
/// Any number of replicas may run: they share one certificate.
public final class WebhookServer: Sendable {
    /// Who owns the fields that are entered.
    public static let manager = "clawkit-webhooks"

    /// How long certificates live. What has a third of its life left is renewed.
    public struct Lifetimes: Sendable {
        public var authority: Duration
        public var server: Duration
        /// How often the Secret is looked at, at least: another replica may have renewed it.
        public var check: Duration

        public init(
            authority: Duration = .seconds(3 * 365 * 86400), server: Duration = .seconds(90 * 86400),
            check: Duration = .seconds(600)
        ) {
            (self.authority, self.server, self.check) = (authority, server, check)
        }
    }

    private let api: any KubernetesAPI
    let address: WebhookAddress
    let webhooks: [any Webhook]
    let certificates: WebhookCertificates
    private let time: any TimeSource
    private let bound = Mutex<ListenAddress?>(nil)
    private let current = Mutex<WebhookCertificates.Kept?>(nil)

    /// - Parameters:
    ///   - secret: where the certificates are kept; `NAME-certificates` in the service's namespace where not given.
    public init(
        _ api: any KubernetesAPI, at address: WebhookAddress, secretNamespace: String, secretName: String? = nil,
        lifetimes: Lifetimes = Lifetimes(), time: any TimeSource = .system, serving webhooks: [any Webhook]
    ) {
        (self.api, self.address, self.webhooks, self.time) = (api, address, webhooks, time)
        certificates = WebhookCertificates(
            secret: (secretNamespace, secretName ?? "\(address.name)-certificates"), hosts: address.hosts,
            lifetimes: lifetimes)
    }

    /// Serves until cancelled or shut down gracefully.
    /// - Parameter onReady: called once, when connections are accepted and the API server has been told.
    public func run(
        listen: ListenAddress, logger: Logger, onReady: @escaping @Sendable (ListenAddress) async -> Void = { _ in }
    ) async throws {
        let kept = try await settle()
        let identity = TLSIdentity.rotating { [self] in self.identity(kept) }
        let server = HTTPServer(
            listen: listen, tls: identity, limits: .init(bodyBytes: 256 << 20), time: time, logger: logger)
        let handler = WebhookHandler(webhooks)
        let (bound, bind) = AsyncStream.makeStream(of: ListenAddress.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run(handler: handler, onBound: { bind.yield($0) }) }
            group.addTask { [self] in
                guard let address = await bound.first(where: { _ in true }) else { return }
                self.bound.withLock { $0 = address }
                try await self.announceForSure(logger)
                await onReady(address)
                try await self.renew(logger)
            }
            // The server's end, whichever way, is the whole's.
            _ = try await group.next()
            group.cancelAll()
        }
    }

    private func identity(_ first: WebhookCertificates.Kept) -> TLSIdentity {
        let server = current.withLock { $0 }?.server ?? first.server
        return TLSIdentity(certificateChain: server.certificatePEM, key: server.keyPEM)
    }

    @discardableResult
    private func settle() async throws -> WebhookCertificates.Kept {
        let kept = try await certificates.settled(in: api, time: time)
        current.withLock { $0 = kept }
        return kept
    }

    /// Tells the API server whom to ask and trust; once it knows a new authority, that one signs what is shown.
    func announce() async throws {
        let kept = try await settle()
        let bundle = Base64.encode(kept.bundle.joined().utf8)
        for webhook in webhooks {
            var config = address.config(webhook.path, bound.withLock { $0 })
            config["caBundle"] = .string(bundle)
            try await webhook.register(WebhookClient(config: config, name: address.name), in: api)
        }
        if !kept.isTrusted {
            try await certificates.trusted(kept, in: api)
            try await settle()
        }
    }

    private func renew(_ logger: Logger) async throws {
        while true {
            let kept = current.withLock { $0 }
            let next = kept.map { certificates.nextCheck($0, now: time.now) } ?? time.now + .seconds(10)
            try await time.sleep(until: next)
            try await announceForSure(logger)
        }
    }

    /// Until the API server has been told: it may be away, or not know a definition yet.
    private func announceForSure(_ logger: Logger) async throws {
        var pause = Duration.seconds(1)
        while true {
            do {
                return try await announce()
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.warning(
                    "webhooks and their certificates not registered yet",
                    metadata: ["error": "\(error)", "again after": "\(pause)"])
                try await time.sleep(for: pause)
                pause = min(pause * 2, .seconds(60))
            }
        }
    }
}
