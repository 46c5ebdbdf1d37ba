import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import Synchronization

/// Recognises pods and other service accounts of projects by the tokens that Kubernetes issues for them: the API server
/// is asked whose a token is (TokenReview), so a token ends with its account, its pod and its project.
///
/// A service is no user. It belongs to the project whose namespace it is of, and has the role there that a RoleBinding
/// of the namespace gives the account with one of the project's Roles (`clawkit:developer` …); without one it has none,
/// and can only ask who it is. It never administers, and what it may do ends at its project.
struct ServiceIdentities: Sendable {
    /// Whom tokens must be issued for: what opens the API server opens nothing here.
    static let audience = "clawkit.dev/control-plane"
    /// For so long neither token nor role is asked about again.
    private static let memory = Duration.seconds(1)
    private static let mostRemembered = 1024

    private final class Roles: Sendable {
        let known = Mutex<[String: (identity: ServiceIdentity?, until: Timestamp)]>([:])
    }

    private let api: any KubernetesAPI
    private let reviewer: TokenReviewer
    private let throttle: LoginThrottle
    private let time: any TimeSource
    private let roles = Roles()

    init(api: any KubernetesAPI, time: any TimeSource) {
        (self.api, self.time) = (api, time)
        reviewer = TokenReviewer(api, audiences: [Self.audience], remembering: Self.memory, time: time)
        throttle = LoginThrottle(time: time, free: 20)
    }

    /// nil where the token is none of Kubernetes' for this audience, which is seen without asking.
    /// - Throws: ``Finding``, ``KubernetesError`` and ``TransportError`` where the API server could not be asked.
    func identify(_ token: Secret<String>, from peer: String?) async throws -> Identity? {
        guard let claims = UnverifiedToken(token)?.claims, claims.audiences.contains(Self.audience) else { return nil }
        if let end = claims.time("exp"), end <= time.now { return .anonymous(.tokenExpired) }
        // Made-up tokens would each be a question to the API server.
        let key = "service:\(SignIn.host(of: peer))"
        try throttle.admit(key)
        guard case .accepted(let reviewed) = try await reviewer.review(token), let account = reviewed.serviceAccount
        else {
            throttle.noteFailure(key)
            return .anonymous(.tokenUnknown)
        }
        guard let service = try await identity(account) else { return .anonymous(.noProject) }
        let scope: TokenScope = service.role.map { $0 == .viewer ? .read : .operate } ?? .read
        return .principal(
            Principal(
                user: reviewed.userName, proof: .serviceAccount, scope: scope, expiresAt: reviewed.expires,
                service: service))
    }

    private func identity(_ account: (namespace: String, name: String)) async throws -> ServiceIdentity? {
        let (key, now) = ("\(account.namespace)/\(account.name)", time.now)
        if let known = roles.known.withLock({ $0[key] }), now < known.until { return known.identity }
        let identity = try await read(account)
        roles.known.withLock { known in
            if known.count >= Self.mostRemembered { known = known.filter { now < $0.value.until } }
            if known.count < Self.mostRemembered { known[key] = (identity, now + Self.memory) }
        }
        return identity
    }

    private func read(_ account: (namespace: String, name: String)) async throws -> ServiceIdentity? {
        guard try await api.find(Project.self, account.namespace) != nil else { return nil }
        let bindings = try await api.list(RoleBinding.self, in: account.namespace).items.filter { binding in
            binding.subjects.contains { subject in
                subject.kind == "ServiceAccount" && subject.name == account.name
                    && (subject.namespace ?? account.namespace) == account.namespace
            }
        }
        let names = Set(bindings.filter { $0.roleRef.kind == "Role" }.map(\.roleRef.name))
        // From most to least.
        let role = ProjectRole.allCases.first { names.contains($0.roleName) }
        return ServiceIdentity(project: account.namespace, account: account.name, role: role)
    }
}

extension Finding {
    fileprivate static let noProject = Finding(
        .session, "The token's service account is in no project's namespace; use one of a project's.")
}
