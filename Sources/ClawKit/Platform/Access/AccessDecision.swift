public import ClawBase
public import HTTPTypes

/// What the gate decided, with a sentence that says why.
public struct AccessDecision: Sendable, Hashable {
    public enum Verdict: Sendable, Hashable {
        /// Let it through with these headers set (and every identity header of the client's dropped).
        case allow(HTTPFields)
        /// Send the browser to the sign-in page; `returnTo` is a path of the same origin.
        case signIn(returnTo: String)
        case deny(Finding)
        /// Signed in, but there is no such runtime (or none this user may know of).
        case notFound(Finding)
        /// The runtime sleeps: wake it, and let the client come back after the time.
        case wake(retryAfter: Duration)
        /// The runtime is on its way.
        case unavailable(Finding, retryAfter: Duration)
    }

    public let verdict: Verdict
    /// For logs and for `claw access explain`; names users and runtimes, never secrets.
    public let explanation: String

    public var isAllowed: Bool { if case .allow = verdict { true } else { false } }

    /// The answer to the client, or to the proxy that asks. A success has no body.
    public func response(signInPath: String = "/sign-in") -> Response {
        switch verdict {
        case .allow(let headers): return Response(status: .ok, headers: headers)
        case .signIn(let target):
            let location = "\(signInPath)?return=\(Percent.encode(target))"
            return Response(status: .found, headers: [.location: location, .cacheControl: "no-store"])
        case .deny(let finding):
            var headers: HTTPFields = [.cacheControl: "no-store"]
            // RFC 9110, section 15.5.2: a 401 names a way to authenticate.
            if finding.code == .session { headers[.wwwAuthenticate] = "Bearer realm=\"claw\"" }
            return .finding(finding, headers: headers)
        case .notFound(let finding): return .finding(finding, headers: [.cacheControl: "no-store"])
        case .wake(let delay):
            return .finding(
                Finding(.notReady, "The runtime is waking up; try again in \(Self.seconds(delay)) s."),
                headers: [.retryAfter: Self.seconds(delay), .cacheControl: "no-store"])
        case .unavailable(let finding, let delay):
            return .finding(finding, headers: [.retryAfter: Self.seconds(delay), .cacheControl: "no-store"])
        }
    }

    private static func seconds(_ delay: Duration) -> String { String(max(1, delay.components.seconds)) }
}
