public import ClawBase
public import ClawResources
public import HTTPTypes

extension ProjectRole {
    /// Whether the role opens every runtime of the project, not only one's own.
    public var entersEveryRuntime: Bool { self == .owner || self == .manager }
}

/// How far a runtime is, as far as entering it matters.
public enum RuntimeReadiness: Sendable, Hashable {
    case ready
    /// Put to sleep, or waking already: a visit wakes it.
    case asleep
    /// Starting, recovering, stopping …: `phase` in the words of the `Runtime` object.
    case unready(phase: String)
}

/// What the gate knows of a runtime, or of a service behind a route, when it decides.
public struct RuntimeAccess: Sendable, Hashable {
    /// nil for a service, which is nobody's but the project's.
    public var owner: String?
    public var readiness: RuntimeReadiness
    /// The asking user's role in the project; nil for none.
    public var role: ProjectRole?
    /// Who may enter: the owner, unless a route says otherwise.
    public var access: RouteAudience

    public init(
        owner: String?, readiness: RuntimeReadiness, role: ProjectRole? = nil, access: RouteAudience = .owner
    ) {
        (self.owner, self.readiness, self.role, self.access) = (owner, readiness, role, access)
    }
}

/// Everything an access decision depends on.
public struct AccessQuestion: Sendable, Hashable {
    public var identity: Identity
    /// The runtime the request is for; nil where host and path name none.
    public var runtime: RuntimeReference?
    /// The service a route leads to, in place of a runtime: `project/name`.
    public var service: String?
    /// What is known of it; nil where it does not exist.
    public var access: RuntimeAccess?
    /// Whether a person's browser loads a page, so that a sign-in form helps more than an error.
    public var wantsPage: Bool
    /// Path and query the browser wanted, for the way back after signing in.
    public var target: String
    public var now: Timestamp

    public init(
        identity: Identity, runtime: RuntimeReference?, service: String? = nil, access: RuntimeAccess?,
        wantsPage: Bool, target: String, now: Timestamp
    ) {
        self.identity = identity
        self.service = service
        self.runtime = runtime
        self.access = access
        self.wantsPage = wantsPage
        self.target = target
        self.now = now
    }

    /// Whether a request is a page load: a GET for HTML that a navigation made, not a script.
    public static func wantsPage(_ method: HTTPRequest.Method, _ headers: HTTPFields) -> Bool {
        guard method == .get || method == .head else { return false }
        // A WebSocket's handshake is told by its key: proxies drop `Upgrade` on the way to the auth endpoint.
        if headers.value(.secWebSocketKey) != nil { return false }
        if let mode = headers.value(.secFetchMode) { return mode == "navigate" }
        return headers.value(.accept)?.contains("text/html") == true
    }
}

extension HTTPField.Name {
    // A valid token, so the initialiser cannot fail.
    static let secFetchMode = HTTPField.Name("Sec-Fetch-Mode")!
}
