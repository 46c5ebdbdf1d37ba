import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes
import Logging

/// What the routes share.
struct PlatformServices: Sendable {
    let api: any KubernetesAPI
    let caches: SharedCaches
    let store: any PlatformStore
    let configuration: ControlPlane.Configuration
    let signer: SessionSigner
    let authenticator: StoreAuthenticator
    let throttle: LoginThrottle
    let passwordThrottle: PasswordThrottle
    /// Of addresses from where passwords are tried: many people may share one.
    let peers: LoginThrottle
    let hasher: PasswordHasher
    let providers: [String: OpenIDConnection]
    let operations: OperationEngine
    let runtimes: RuntimeOperations
    let tenants: TenantOperations
    let metrics: ControlPlaneMetrics
    let time: any TimeSource
    let log: Logger

    // MARK: looking up

    var members: MemberRegister { MemberRegister(api: api) }

    /// All projects, as the server has them now: a script sees what it has just created.
    func projects() async throws -> [Project] {
        try await api.list(Project.self).items.sorted { $0.name < $1.name }
    }

    /// A project its caller may see, with the role in it; nil for administrators who are no member.
    /// - Throws: ``Finding``: `E_NAME`; `E_NOT_FOUND` for administrators, and `E_FORBIDDEN` alike for a project of
    ///   others and one that is not there.
    func project(_ name: DNSLabel, for caller: Principal) async throws -> (project: Project, role: ProjectRole?) {
        let found = try await api.find(Project.self, name.description)
        let role = found == nil ? nil : try await members.role(of: caller, in: name.description)
        guard let found, role != nil || caller.isAdministrator else {
            if caller.isAdministrator { throw Finding(.notFound, "There is no project '\(name)'; check the name.") }
            throw Finding(
                .forbidden, "You are no member of a project '\(name)'; ask an administrator or one of its owners.")
        }
        return (found, role)
    }

    /// nil for no member, and where there is no such project.
    func role(of caller: Principal, in project: String) async throws -> ProjectRole? {
        guard try await api.find(Project.self, project) != nil else { return nil }
        return try await members.role(of: caller, in: project)
    }

    func represent(_ runtime: Runtime) -> JSON { runtime.representation(publicURL: configuration.publicURL) }

    // MARK: where requests come from

    /// The address that attempts to sign in are counted for, without its port: behind a proxy that shows the platform's
    /// key, the one it has added to `X-Forwarded-For`; what others say there is their own invention.
    func origin(of request: Request) -> Substring {
        if let key = configuration.proxyKey, let shown = request.headers[TrustedProxies.header],
            ConstantTime.equal(shown, key.reveal()), let last = request.headers[values: .xForwardedFor].last,
            let address = last.split(separator: ",").last?.drop(while: { $0 == " " }), address.utf8.count <= 64
        {
            return address
        }
        return SignIn.host(of: request.peer)
    }

    // MARK: the audit trail

    /// Notes what was done. A trail that cannot be written is an error in the log, and does not undo the deed.
    func audit(
        _ call: Call, _ action: String, _ target: String, outcome: AuditEntry.Outcome = .allowed,
        subject: String? = nil, details: [String: String] = [:]
    ) async {
        var details = details
        details["requestID"] = call.requestID
        details["peer"] = call.request.peer
        let entry = AuditEntry(
            at: time.now, actor: call.principal?.user ?? "anonymous", action: action, target: target, outcome: outcome,
            subject: subject, details: details)
        do {
            try await store.create(entry)
        } catch {
            log.error(
                "an audit entry could not be kept",
                metadata: ["action": "\(action)", "target": "\(target)", "error": "\(error)"])
        }
    }
}
