import ClawBase
import ClawResources
import HTTPTypes

/// Decides who may enter which runtime. Pure: the same question has the same answer.
///
/// In this order: somebody must be signed in; the address must name a runtime that exists; it must be their own,
/// or they must be the platform's administrator, or the project's owner or manager, or whom its route lets in; then its
/// state counts. What a route opens to everybody needs nobody to be signed in.
public struct AccessGate: Sendable {
    /// How soon a client should come back to a runtime that wakes, or that is on its way.
    public var wakeDelay: Duration
    public var unreadyDelay: Duration

    public init(wakeDelay: Duration = .seconds(2), unreadyDelay: Duration = .seconds(5)) {
        (self.wakeDelay, self.unreadyDelay) = (wakeDelay, unreadyDelay)
    }

    public func decide(_ question: AccessQuestion) -> AccessDecision {
        if let access = question.access, access.access == .everybody { return open(question, access) }
        let principal: Principal
        switch question.identity {
        case .anonymous(let finding): return turnAway(question, finding)
        case .principal(let someone):
            if let end = someone.expiresAt, end <= question.now { return turnAway(question, .sessionExpired) }
            principal = someone
        }
        guard let runtime = question.service ?? question.runtime?.description else {
            return AccessDecision(
                verdict: .notFound(Finding(.notFound, "The address names no runtime; check its host and path.")),
                explanation: "the address names no runtime")
        }
        guard let access = question.access else {
            // A stranger learns the same of what exists and what does not; administrators may know.
            let finding =
                principal.isAdministrator
                ? Finding(.notFound, "There is no runtime \(runtime); check project and name.") : Self.notOwner(runtime)
            return AccessDecision(
                verdict: principal.isAdministrator ? .notFound(finding) : .deny(finding),
                explanation: "\(runtime) does not exist")
        }
        guard let reason = reason(for: principal, to: access) else {
            return AccessDecision(
                verdict: .deny(Self.notOwner(runtime)),
                explanation: "\(principal.user) neither owns \(runtime) nor manages its project")
        }
        return enter(runtime, access, principal.user, "\(principal.user) \(reason)")
    }

    /// To everybody; who is signed in is still named.
    private func open(_ question: AccessQuestion, _ access: RuntimeAccess) -> AccessDecision {
        let user = question.identity.principal.flatMap { $0.expiresAt.map { $0 <= question.now } == true ? nil : $0.user }
        let name = question.service ?? question.runtime?.description ?? ""
        return enter(name, access, user, "the route is open to everybody")
    }

    private func enter(_ runtime: String, _ access: RuntimeAccess, _ user: String?, _ reason: String) -> AccessDecision {
        switch access.readiness {
        case .ready:
            var headers: HTTPFields = [:]
            if let user { headers.append(HTTPField(name: IdentityHeaders.user, value: user)) }
            if access.owner != nil { headers.append(HTTPField(name: IdentityHeaders.runtime, value: runtime)) }
            return AccessDecision(verdict: .allow(headers), explanation: "\(reason), and \(runtime) is ready")
        case .asleep:
            return AccessDecision(
                verdict: .wake(retryAfter: wakeDelay), explanation: "\(reason), and \(runtime) must be woken")
        case .unready(let phase):
            let finding = Finding(
                .notReady, "\(runtime) is \(phase); try again in \(unreadyDelay.components.seconds) s.",
                details: ["phase": phase])
            return AccessDecision(
                verdict: .unavailable(finding, retryAfter: unreadyDelay),
                explanation: "\(reason), but \(runtime) is \(phase)")
        }
    }

    /// Whether somebody may enter a runtime, whatever its state.
    func admits(_ principal: Principal, to access: RuntimeAccess) -> Bool { reason(for: principal, to: access) != nil }

    /// Why somebody may enter, nil where they may not.
    private func reason(for principal: Principal, to access: RuntimeAccess) -> String? {
        if access.owner == principal.user { return "owns it" }
        if principal.isAdministrator { return "is administrator" }
        if let role = access.role, role.entersEveryRuntime || access.access == .project {
            return "is \(role.rawValue) of the project"
        }
        return access.access == .signedIn ? "is signed in" : nil
    }

    private func turnAway(_ question: AccessQuestion, _ finding: Finding) -> AccessDecision {
        guard question.wantsPage else {
            return AccessDecision(verdict: .deny(finding), explanation: "nobody is signed in: \(finding.message)")
        }
        return AccessDecision(
            verdict: .signIn(returnTo: ReturnPath.sameOrigin(question.target)),
            explanation: "a page load by nobody who is signed in: \(finding.message)")
    }

    private static func notOwner(_ runtime: String) -> Finding {
        Finding(
            .notOwner,
            "\(runtime) is not yours; ask its owner, or an owner or manager of project "
                + "\(runtime.prefix { $0 != "/" }).")
    }
}

/// Where a browser may be sent back to after signing in.
public enum ReturnPath {
    /// The target where it is a plain path of this origin, else `/`.
    ///
    /// Browsers read `//host`, `/\host` and paths with control characters as other origins.
    public static func sameOrigin(_ target: String) -> String {
        let bytes = Array(target.utf8)
        guard bytes.count <= 2048, bytes.first == UInt8(ascii: "/"),
            bytes.count == 1 || (bytes[1] != UInt8(ascii: "/") && bytes[1] != UInt8(ascii: "\\")),
            bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") })
        else { return "/" }
        return target
    }
}
