import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import HTTPTypes
import Logging
import Synchronization

/// The Kubernetes HTTP API over an ``ObjectStore``.
final class APIServer: Handler {
    let store: ObjectStore
    let registry: ResourceRegistry
    let authenticator: any RequestAuthenticator
    /// For requests over a socket.
    let socketAuthenticator: SocketAuthenticator
    let accounts: ServiceAccountTokens
    let authorizer: RoleAuthorizer
    let nodes: NodeConnections
    let time: any TimeSource
    let logger: Logger
    let admission: AdmissionChain
    let webhooks: WebhookCaller
    private let history: ClusterHistory?
    /// Where `metrics.k8s.io` has its figures from; nil: from the nodes.
    let metricsSource = Mutex<(any UsageSource)?>(nil)
    /// Told of objects whose owners, dependents or own existence may need the garbage collector.
    let ownershipObserver = Observer<JSONObject>()
    /// Told of namespaces that may use less of their quotas than is counted.
    let usageObserver = Observer<String>()

    init(
        store: ObjectStore, authenticator: any RequestAuthenticator, socketAuthenticator: SocketAuthenticator,
        accounts: ServiceAccountTokens, nodes: NodeConnections, registry: ResourceRegistry, admission: AdmissionChain,
        webhooks: WebhookCaller, history: ClusterHistory? = nil, time: any TimeSource, logger: Logger
    ) {
        self.store = store
        self.authenticator = authenticator
        self.socketAuthenticator = socketAuthenticator
        self.accounts = accounts
        authorizer = RoleAuthorizer(store)
        self.nodes = nodes
        self.admission = admission
        self.webhooks = webhooks
        self.history = history
        self.time = time
        self.logger = logger
        self.registry = registry
        for definition in store.list(RegisteredResource.definitions, namespace: nil).objects { serve(definition) }
    }

    /// The largest request body, as etcd-backed servers have it (3 MiB covers a 1.5 MiB object twice encoded).
    static let bodyLimit = 3 << 20

    func respond(to request: Request) async -> Response { await respond(to: request, as: authenticator) }

    /// The same server behind other credentials.
    func authenticating(with authenticator: some RequestAuthenticator) -> some Handler {
        ClosureHandler { await self.respond(to: $0, as: authenticator) }
    }

    private func respond(to request: Request, as authenticator: some RequestAuthenticator) async -> Response {
        guard let history else { return await answer(request, authenticator) }
        let target = ResourceTarget.parse(request.path)
        // Who is refused is noted under the name shown.
        let user = (try? authorizedUser(of: request, to: target, authenticator)) ?? (try? authenticator.authenticate(request))
        let number = history.begin(request, target, user: user ?? .anonymous, at: time.now)
        let response = await answer(request, authenticator)
        history.end(number, status: response.status.code)
        return response
    }

    private func answer(_ request: Request, _ authenticator: some RequestAuthenticator) async -> Response {
        do {
            return try await route(request, authenticator).encoded(for: request)
        } catch let status as APIStatus {
            return status.response.encoded(for: request)
        } catch is CancellationError {
            return APIStatus.unavailable("the request was cancelled").response
        } catch let finding as Finding where finding.code == .bodyTooLarge {
            return APIStatus(code: 413, reason: "RequestEntityTooLarge", message: finding.message).response
        } catch let finding as Finding {
            return APIStatus.badRequest(finding.message).response
        } catch {
            logger.error("request failed", metadata: ["path": "\(request.path)", "error": "\(error)"])
            return APIStatus.internalError("\(error)").response
        }
    }

    private func route(_ request: Request, _ authenticator: some RequestAuthenticator) async throws -> Response {
        let target = ResourceTarget.parse(request.path)
        let user = try authorizedUser(of: request, to: target, authenticator)
        switch target {
        case .nonResource(let path):
            return try await respond(toNonResource: path, request)
        case .resource(let target):
            guard let resource = registry.find(group: target.group, version: target.version, plural: target.plural)
            else {
                // A version that is served answers as an API, anything else as a web server does.
                let isServed = registry.all.contains { $0.type.group == target.group && $0.type.version == target.version }
                throw isServed ? APIStatus.noSuchPath : APIStatus.pageNotFound
            }
            if target.namespace != nil, !resource.type.isNamespaced { throw APIStatus.noSuchPath }
            let call = ResourceCall(request: request, target: target, resource: resource, user: user)
            guard let notice = resource.deprecation else { return try await respond(to: call) }
            // With refusals too.
            var response: Response
            do { response = try await respond(to: call) } catch let status as APIStatus { response = status.response }
            response.addWarnings([notice])
            return response
        }
    }

    private func respond(to call: ResourceCall) async throws -> Response {
        // What could not be answered is not done either.
        if [.post, .put, .patch].contains(call.request.method) {
            _ = try Representation(call, .object)
            try call.checkWriteOptions()
        }
        if let subresource = call.target.subresource { return try await respond(to: call, subresource: subresource) }
        if call.resource.type.group == PodMetrics.type.group { return try await metrics(call) }
        let isWatch = call.target.isWatch || call.query.flag("watch")
        switch (call.request.method, call.target.name) {
        case (.get, nil):
            guard call.resource.allows("list") else { throw APIStatus.methodNotAllowed }
            return isWatch ? try watch(call) : try await list(call)
        case (.get, .some):
            guard call.resource.allows("get") else { throw APIStatus.methodNotAllowed }
            return isWatch ? try watch(call) : try await get(call)
        case (.post, nil):
            if let answer = try await review(call) { return answer }
            return try await create(call)
        case (.put, .some): return try await replace(call, subresource: nil)
        case (.patch, .some): return try await patch(call, subresource: nil)
        case (.delete, .some): return try await delete(call)
        case (.delete, nil): return try await deleteCollection(call)
        default: throw APIStatus.methodNotAllowed
        }
    }
}

/// One request for a resource, taken apart.
final class ResourceCall: Sendable {
    let request: Request
    let target: ResourceTarget
    let resource: RegisteredResource
    let user: UserInfo
    let query: QueryParameters

    init(request: Request, target: ResourceTarget, resource: RegisteredResource, user: UserInfo) {
        self.request = request
        self.target = target
        self.resource = resource
        self.user = user
        query = request.query
    }

    var namespace: String? { resource.type.isNamespaced ? target.namespace : nil }

    var name: String { target.name ?? "" }

    /// - Throws: 404 for a namespaced object named without its namespace.
    func key() throws -> ObjectStore.Key {
        if resource.type.isNamespaced, target.namespace == nil { throw APIStatus.noSuchPath }
        return ObjectStore.Key(namespace: namespace ?? "", name: name)
    }

    /// Who a write's fields belong to: `fieldManager`, else the first word of the user agent.
    var manager: String {
        if let named = query["fieldManager"], !named.isEmpty { return named }
        let agent = request.headers.value(.userAgent) ?? ""
        let end = agent.utf8.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: " ") } ?? agent.endIndex
        return end == agent.startIndex ? "unknown" : String(agent[..<end])
    }

    var isDryRun: Bool { query.items.contains { $0.name == "dryRun" && $0.value == "All" } }
}
