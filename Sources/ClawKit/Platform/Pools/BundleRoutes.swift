import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes
import Synchronization

/// Gives programs that were there before their user what is that user's (``RuntimeBundle``): they ask with the token of
/// their pod's service account, and wait until the pod is a runtime's.
struct BundleRoutes: RouteGroup {
    /// The longest a question stays unanswered, in seconds; less than what servers and proxies take for silence.
    static let longestWait = 60
    /// So many wait at most. A pool has 10,000 pods at most.
    private static let mostWaiting = 20_000
    private static let mostWaitingOfOne = 2
    /// For so long it is not asked again whose a token is. The pod itself is looked at each time.
    private static let memory = Duration.seconds(120)
    /// A Secret tells nobody that it changes.
    private static let lookAgain = Backoff(initial: .milliseconds(10), cap: .seconds(1))

    private let services: PlatformServices
    private let pods: ObjectCache<Pod>
    private let reviewer: TokenReviewer
    private let throttle: LoginThrottle
    private let news = KeyedSignals<String>()

    init(_ services: PlatformServices) {
        self.services = services
        pods = services.caches.cache(Pod.self)
        reviewer = TokenReviewer(
            services.api, audiences: [RuntimeBundle.audience], remembering: Self.memory, capacity: Self.mostWaiting,
            mostAtOnce: 512, time: services.time)
        throttle = LoginThrottle(time: services.time, free: 20)
        pods.onChange { [news] change in change.object?.uid.map { news.raise($0) } }
    }

    var routes: [APIRoute] {
        [
            APIRoute(
                .get, RuntimeBundle.path,
                "Give a pod of a pool what is its user's, other than ?revision=; waits up to ?wait= seconds (50), then 204",
                tag: "runtimes", access: .anybody, answer: "RuntimeBundle", bundle)
        ]
    }

    private func bundle(_ call: Call) async throws -> Response {
        let pod = try await pod(call)
        let wait = call.request.query["wait"].map { Int($0) } ?? 50
        guard let wait, (0...Self.longestWait).contains(wait) else {
            throw Finding(
                .badRequest, "wait must be a whole number of seconds, at most \(Self.longestWait).", field: "wait")
        }
        guard news.count < Self.mostWaiting, news.count(of: pod.uid) < Self.mostWaitingOfOne else {
            throw Finding(.busy, "Too many wait already; ask again in a moment.", details: ["retryAfter": "2"])
        }
        let known = call.request.query["revision"]
        let end = services.time.now + .seconds(wait)
        return try await news.listening(to: pod.uid) { news in
            var looks = 0
            while true {
                let found = try await find(pod)
                if let bundle = found.bundle, known == nil || bundle.revision != known {
                    return Self.answer(bundle.bytes)
                }
                let now = services.time.now
                if now >= end { return .noContent }
                looks += 1
                // A pod that is somebody's gets its bundle a moment later; of another one its own change tells.
                let isDue = found.isClaimed && found.bundle == nil
                let next = isDue ? min(end, now + Self.lookAgain.ceiling(afterFailures: looks)) : end
                try await news.wait(until: next, services.time)
            }
        }
    }

    private static func answer(_ bundle: [UInt8]) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"], body: .bytes(bundle))
    }

    // MARK: who asks

    private struct Asking {
        var namespace: String
        var name: String
        var uid: String
    }

    private func pod(_ call: Call) async throws -> Asking {
        let refusal = Finding(
            .session, "Send the token of the pod's service account for the audience \(RuntimeBundle.audience).")
        let header = call.request.headers[.authorization]?.split(separator: " ") ?? []
        guard header.count == 2, header[0].lowercased() == "bearer" else { throw refusal }
        let token = Secret(String(header[1]))
        // Made-up tokens would each be a question to the API server.
        guard let claims = UnverifiedToken(token)?.claims, claims.audiences.contains(RuntimeBundle.audience) else {
            throw refusal
        }
        // Per pod that is there: on one machine all have one address, and whoever makes up tokens must not keep them out.
        let named = claims.object["kubernetes.io"]
        let known = pods.get(named?["pod"]?["name"]?.string ?? "", in: named?["namespace"]?.string ?? "")
        let isThere = known != nil && known?.uid == named?["pod"]?["uid"]?.string
        let key = isThere ? "bundle:\(known?.uid ?? "")" : "bundle:\(SignIn.host(of: call.request.peer))"
        try throttle.admit(key)
        guard case .accepted(let holder) = try await reviewer.review(token), let account = holder.serviceAccount,
            let pod = holder.pod
        else {
            throttle.noteFailure(key)
            throw refusal
        }
        return Asking(namespace: account.namespace, name: pod.name, uid: pod.uid)
    }

    // MARK: what it gets

    private struct Bundle {
        var bytes: [UInt8]
        /// Of values that become others while the program runs.
        var revision: String?
    }

    private func find(_ asking: Asking) async throws -> (bundle: Bundle?, isClaimed: Bool) {
        // The cache may not have it yet.
        guard let pod = pods.get(asking.name, in: asking.namespace) else { return (nil, false) }
        guard pod.uid == asking.uid, PoolMember.pool(of: pod) != nil || pod.labels[PoolMember.poolLabel] != nil else {
            throw Finding(
                .forbidden, "The pod \(asking.name) is of no pool; what is its user's stands in its environment.")
        }
        guard let runtime = RuntimePodIndex.runtime(of: pod) else { return (nil, false) }
        let secret = try await services.api.find(
            KubernetesSecret.self, "\(runtime.name)-runtime", in: asking.namespace)
        guard let secret, secret.metadata.controllerReference?.uid == Runtime.owner(of: pod)?.uid,
            let bundle = secret.data[RuntimeBundle.key].flatMap({ Base64.decode($0) }),
            let content = try? JSONParser.parse(bundle),
            // One of an earlier pod of the runtime is not for this one.
            content["cell"]?.string == pod.annotations[RuntimeCell.hashAnnotation]
        else { return (nil, true) }
        return (Bundle(bytes: bundle, revision: content["revision"]?.string), true)
    }
}
