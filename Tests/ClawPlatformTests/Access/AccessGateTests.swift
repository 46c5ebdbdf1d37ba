import ClawBase
import ClawPlatform
import ClawResources
import HTTPTypes
import Testing

@Suite("The access gate")
struct AccessGateTests {
    let gate = AccessGate()
    let now = Timestamp(seconds: 1_800_000_000)
    let runtime = RuntimeReference(project: "demo", runtime: "ada-main")
    let nobody = Identity.anonymous(Finding(.session, "Nobody is signed in; sign in."))

    private func decide(
        _ identity: Identity, _ access: RuntimeAccess?, runtime: RuntimeReference? = nil, page: Bool = false,
        target: String = "/r/demo/ada-main/"
    ) -> AccessDecision {
        gate.decide(
            AccessQuestion(
                identity: identity, runtime: runtime ?? self.runtime, access: access, wantsPage: page, target: target,
                now: now))
    }

    private func user(_ name: String, administrator: Bool = false) -> Identity {
        .principal(Principal(user: name, isAdministrator: administrator, proof: .session))
    }

    /// Every combination of who asks, which role, and how far the runtime is, against the rule in one line.
    @Test("lets in owners, administrators, and owners and managers of the project, nobody else; only when ready")
    func matrix() {
        let roles: [ProjectRole?] = [nil] + ProjectRole.allCases
        for name in ["ada", "eve"] {
            for administrator in [false, true] {
                for role in roles {
                    for readiness in [RuntimeReadiness.ready, .asleep, .unready(phase: "Starting")] {
                        let decision = decide(
                            user(name, administrator: administrator),
                            RuntimeAccess(owner: "ada", readiness: readiness, role: role))
                        let mayEnter = name == "ada" || administrator || role == .owner || role == .manager
                        #expect(decision.isAllowed == (mayEnter && readiness == .ready))
                        let status = decision.response().status
                        #expect(status == (!mayEnter ? .forbidden : readiness == .ready ? .ok : .serviceUnavailable))
                        #expect(decision.explanation.contains(name) && decision.explanation.contains("demo/ada-main"))
                    }
                }
            }
        }
    }

    @Test("tells the runtime who came, by headers of its own")
    func headers() {
        let response = decide(user("ada"), RuntimeAccess(owner: "ada", readiness: .ready)).response()
        #expect(response.headers[IdentityHeaders.user] == "ada")
        #expect(response.headers[IdentityHeaders.runtime] == "demo/ada-main")
    }

    @Test("another user's session gets 403 E_NOT_OWNER, and the same for what does not exist")
    func otherUser() {
        for access in [RuntimeAccess(owner: "ada", readiness: .ready), nil] {
            let decision = decide(user("eve"), access)
            guard case .deny(let finding) = decision.verdict else {
                Issue.record("\(decision)")
                continue
            }
            #expect(finding.code == .notOwner)
            #expect(!finding.message.contains("exist"))
        }
        #expect(decide(user("root", administrator: true), nil).response().status == .notFound)
    }

    @Test("nobody gets 401, and a page load the way to sign in and back")
    func anonymous() {
        let access = RuntimeAccess(owner: "ada", readiness: .ready)
        let denied = decide(nobody, access).response()
        #expect(denied.status == .unauthorized)
        #expect(denied.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
        let page = decide(nobody, access, page: true, target: "/r/demo/ada-main/chat?x=1&y=2").response()
        #expect(page.status == .found)
        #expect(page.headers[.location] == "/sign-in?return=%2Fr%2Fdemo%2Fada-main%2Fchat%3Fx%3D1%26y%3D2")
        let expired = Identity.principal(Principal(user: "ada", proof: .session, expiresAt: now))
        #expect(decide(expired, access).response().status == .unauthorized)
    }

    @Test(
        "never sends a browser to another origin after signing in",
        arguments: [
            "//evil.test", "/\\evil.test", "\\\\evil.test", "https://evil.test", "javascript:alert(1)", "",
            "/\t/evil.test", "/x\r\nSet-Cookie: a=b", "/a\\b", "evil", String(repeating: "/a", count: 2000),
        ])
    func openRedirect(target: String) {
        #expect(decide(nobody, nil, page: true, target: target).verdict == .signIn(returnTo: "/"))
    }

    @Test("what sleeps is woken, and what is on its way says when to come back")
    func waiting() {
        let asleep = decide(user("ada"), RuntimeAccess(owner: "ada", readiness: .asleep))
        #expect(asleep.verdict == .wake(retryAfter: .seconds(2)))
        #expect(asleep.response().headers[.retryAfter] == "2")
        let starting = decide(user("ada"), RuntimeAccess(owner: "ada", readiness: .unready(phase: "Starting")))
        #expect(starting.response().status == .serviceUnavailable)
        #expect(starting.response().headers[.retryAfter] == "5")
        // A stranger wakes nothing.
        #expect(!"\(decide(user("eve"), RuntimeAccess(owner: "ada", readiness: .asleep)).verdict)".contains("wake"))
    }

    @Test("a page load is a browser's navigation, not a script, not a WebSocket")
    func pages() throws {
        let mode = try #require(HTTPField.Name("Sec-Fetch-Mode"))
        let html: HTTPFields = [.accept: "text/html,application/xhtml+xml;q=0.9"]
        #expect(AccessQuestion.wantsPage(.get, html))
        #expect(!AccessQuestion.wantsPage(.post, html))
        #expect(!AccessQuestion.wantsPage(.get, [.accept: "application/json"]))
        #expect(!AccessQuestion.wantsPage(.get, [.accept: "text/html", mode: "cors"]))
        #expect(AccessQuestion.wantsPage(.get, [mode: "navigate"]))
        #expect(!AccessQuestion.wantsPage(.get, [.accept: "text/html", .secWebSocketKey: "abc"]))
    }
}
