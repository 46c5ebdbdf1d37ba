public import ClawBase
import Synchronization

/// Where a router's models come from: what a configuration file declares, `ModelEndpoint` objects of a cluster, and the
/// pods of pools that either names. Whatever of it changes, the router is given all of it anew; requests under way end
/// by what held when they came.
///
/// The file goes first: an endpoint whose name it has is left out, with a finding. Among endpoints the older one goes
/// first. What is wrong with one endpoint concerns no other; what is wrong with the file is refused whole.
public final class ModelSources: Sendable {
    public let router: ModelRouter

    /// A model that an object of the cluster declares.
    struct Endpoint: Sendable {
        /// The object's name.
        var name: String
        var model: DeclaredModel
    }

    private struct State {
        var declared: [DeclaredModel]
        var secrets: any SecretSource
        /// The first goes before the second, where they have one name.
        var endpoints: [Endpoint] = []
        var members: [DeclaredPool: [PoolMember]] = [:]
        /// Why an endpoint is not served, by its name.
        var findings: [String: Finding] = [:]
        /// Who wants to hear that something else is declared.
        var followers: [@Sendable () -> Void] = []
    }

    private let transport: any Transport
    private let clusterSecrets: any SecretSource
    private let time: any TimeSource
    private let state: Mutex<State>

    /// - Parameters:
    ///   - declared: what the file says.
    ///   - secrets: where the file's keys are found.
    ///   - clusterSecrets: where those of endpoints are found; nil: at the same place.
    /// - Throws: as ``ModelRouter/init(_:transport:secrets:time:)``.
    public init(
        _ declared: [DeclaredModel], transport: some Transport, secrets: some SecretSource,
        clusterSecrets: (any SecretSource)? = nil, time: some TimeSource = .system
    ) throws(Finding) {
        (self.transport, self.time, self.clusterSecrets) = (transport, time, clusterSecrets ?? secrets)
        let state = State(declared: declared, secrets: secrets)
        router = try ModelRouter(Self.routes(of: declared, state.members, transport, secrets, time))
        self.state = Mutex(state)
    }

    /// What the file says from now on.
    /// - Throws: ``Finding`` with `E_CONFIG`; what held before goes on to hold then.
    public func declare(_ models: [DeclaredModel], secrets: some SecretSource) throws(Finding) {
        try change { state in (state.declared, state.secrets) = (models, secrets) }
        tellFollowers()
    }

    private func tellFollowers() { for follower in state.withLock({ $0.followers }) { follower() } }

    /// Has `changed` called whenever what is declared may be another.
    public func follow(_ changed: @escaping @Sendable () -> Void) { state.withLock { $0.followers.append(changed) } }

    /// Those that cannot be served are left out, each with one of ``findings``.
    func setEndpoints(_ endpoints: [Endpoint]) throws(Finding) {
        try change { $0.endpoints = endpoints }
        tellFollowers()
    }

    func setMembers(_ members: [DeclaredPool: [PoolMember]]) throws(Finding) {
        guard state.withLock({ $0.members != members }) else { return }
        try change { $0.members = members }
    }

    /// Why endpoints are not served, by their names.
    var findings: [String: Finding] { state.withLock { $0.findings } }

    /// What clients may ask for, without other names: the file's in its order, then the endpoints'. Patterns as they
    /// stand.
    public var names: [String] {
        state.withLock { state in
            state.declared.map(\.name) + state.endpoints.filter { state.findings[$0.name] == nil }.map(\.model.name)
        }
    }

    /// The pools that the file and the endpoints name.
    var pools: Set<DeclaredPool> {
        let (declared, endpoints) = state.withLock { ($0.declared, $0.endpoints) }
        return Set((declared + endpoints.map(\.model)).flatMap(\.pools))
    }

    private func change(_ body: (inout State) -> Void) throws(Finding) {
        let outcome = state.withLock { state in
            Result { () throws(Finding) in
                var changed = state
                body(&changed)
                let served: [DeclaredModel]
                (served, changed.findings) = Self.served(changed.declared, changed.endpoints)
                try router.replace(
                    Self.routes(of: changed.declared, changed.members, transport, changed.secrets, time)
                        + Self.routes(of: served, changed.members, transport, clusterSecrets, time))
                state = changed
            }
        }
        try outcome.get()
    }

    private static func routes(
        of models: [DeclaredModel], _ members: [DeclaredPool: [PoolMember]], _ transport: any Transport,
        _ secrets: any SecretSource, _ time: any TimeSource
    ) -> [ModelRoute] {
        models.map { model in
            var route = model.withMembers(members).route(transport, secrets, time)
            route.isElastic = model.isElastic
            return route
        }
    }

    /// The endpoints that can be served beside the file's models, and why the others cannot.
    private static func served(
        _ declared: [DeclaredModel], _ endpoints: [Endpoint]
    ) -> (models: [DeclaredModel], findings: [String: Finding]) {
        var findings: [String: Finding] = [:]
        var owners: [String: String] = [:]
        for name in declared.flatMap(\.names) { owners[name] = "the configuration file" }
        var served: [Endpoint] = []
        for endpoint in endpoints {
            if let taken = endpoint.model.names.first(where: { owners[$0] != nil }) {
                findings[endpoint.name] = Finding(
                    .modelNameTaken, "The name '\(taken)' is taken by \(owners[taken] ?? ""); choose another.",
                    field: "spec.name")
                continue
            }
            for name in endpoint.model.names { owners[name] = "the ModelEndpoint \(endpoint.name)" }
            served.append(endpoint)
        }
        // Who falls back on a model that is not there is left out, which may leave others without theirs.
        while true {
            let patterns = (declared + served.map(\.model)).flatMap(\.names).map { ModelPattern($0) }
            let wanting = served.first { endpoint in
                !endpoint.model.policy.allFallbacks.allSatisfy { name in patterns.contains { $0.matches(name) } }
            }
            guard let wanting else { return (served.map(\.model), findings) }
            let missing = wanting.model.policy.allFallbacks.filter { name in !patterns.contains { $0.matches(name) } }
            findings[wanting.name] = Finding(
                .badConfig, "It falls back on \(missing.joined(separator: ", ")), which nobody declares; declare it.",
                field: "spec.fallbacks")
            served.removeAll { $0.name == wanting.name }
        }
    }
}

extension DeclaredModel {
    fileprivate var names: [String] { [name] + aliases }
    var isElastic: Bool { !pools.isEmpty }
    /// The pools among its upstreams, which only a gateway with a cluster can serve.
    public var pools: [DeclaredPool] { deployments.compactMap(\.upstream.pool) }

    /// With the pods of its pools in the place of the pools.
    fileprivate func withMembers(_ members: [DeclaredPool: [PoolMember]]) -> DeclaredModel {
        var model = self
        model.deployments = deployments.flatMap { declared -> [DeclaredDeployment] in
            guard case .pool(let pool, let target, let key, let headers) = declared.upstream else { return [declared] }
            return (members[pool] ?? []).map { member in
                var deployment = declared
                deployment.name = "\(declared.name ?? pool.name)/\(member.name)"
                deployment.upstream = .http(baseURL: member.baseURL(pool), target, key: key, headers: headers)
                return deployment
            }
        }
        return model
    }
}

extension RoutePolicy {
    fileprivate var allFallbacks: [String] { fallbacks + contextFallbacks + policyFallbacks }
}

extension FindingCode {
    /// Somebody else has declared a model of the name.
    public static let modelNameTaken = FindingCode(rawValue: "E_MODEL_NAME_TAKEN")
}
