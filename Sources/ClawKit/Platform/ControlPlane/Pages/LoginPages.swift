import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawResources
import HTTPTypes

/// Signing in and out for people, and what they see first.
struct LoginPages: Sendable {
    static let path = "/login"
    private static let logoutPath = "/logout"
    /// A form has two short fields.
    private static let formLimit = 16 << 10

    private let services: PlatformServices
    private let signIn: SignIn
    private let openID: OpenIDSignIn
    private let hosts: RuntimeHosts

    init(_ services: PlatformServices) {
        self.services = services
        signIn = SignIn(services)
        openID = OpenIDSignIn(services)
        hosts = RuntimeHosts(services.configuration)
    }

    func register(in router: inout Router) {
        router.get("/", access: .anybody, home)
        router.get("/login", access: .anybody, form)
        router.post("/login", access: .anybody, submit)
        registerProviders(in: &router)
        router.get("/logout", access: .anybody) { call in
            guard let user = call.principal?.user else { return Self.redirect(to: Self.path) }
            return page("Sign out", "<p>Signed in as <b>\(Page.escape(user))</b>.</p>\(Self.logoutForm)").response()
        }
        router.post("/logout", access: .anybody) { call in
            guard !CrossSite.isForeignWrite(call.request) else { throw Finding.foreignWrite }
            try await signIn.end(call, everywhere: false)
            return Self.redirect(to: Self.path, headers: [.setCookie: signIn.clearedCookie])
        }
    }

    // MARK: providers

    private func registerProviders(in router: inout Router) {
        router.get("/login/oidc/{provider}", access: .anybody) { call in
            let target = hosts.safeReturn(call.request.query["return"] ?? "/")
            return try await answer(call) { try await openID.begin($0, target: target) }
        }
        router.get("/login/oidc/{provider}/callback", access: .anybody) { call in
            var response = try await answer(call) { name in
                let (session, target) = try await openID.end(name, call)
                return Self.redirect(to: target, headers: [.setCookie: session.cookie])
            }
            response.headers[values: .setCookie].append(openID.clearedCookie)
            return response
        }
    }

    /// People see the form again where a provider comes to nothing.
    private func answer(_ call: Call, _ body: (String) async throws -> Response) async throws -> Response {
        let name = call.parameters["provider"]
        do {
            return try await body(name)
        } catch let finding as Finding {
            await openID.refused(name, finding, call)
            let told = finding.details["subject"].map { " (\(finding.details["issuer"] ?? ""), \($0))" } ?? ""
            return form("/", error: finding.message + told).response(finding.code.httpStatus)
        }
    }

    // MARK: the form

    private func form(_ call: Call) async throws -> Response {
        let target = hosts.safeReturn(call.request.query["return"] ?? "/")
        // Signed in already, by cookie: a token in a header signs in nobody's browser.
        if call.principal?.proof == .session { return Self.redirect(to: target) }
        return form(target).response()
    }

    private func submit(_ call: Call) async throws -> Response {
        let body = String(decoding: try await call.request.body.collect(limit: Self.formLimit), as: UTF8.self)
        let fields = QueryParameters(parsing: "?" + body)
        let target = hosts.safeReturn(fields["return"] ?? "/")
        let token = (fields["token"] ?? "").filter { !$0.isWhitespace }
        let (user, password) = ((fields["user"] ?? "").filter { !$0.isWhitespace }, fields["password"] ?? "")
        let new = fields["newPassword"].flatMap { $0.isEmpty ? nil : $0 }
        guard !token.isEmpty || !user.isEmpty && !password.isEmpty else {
            return form(target, error: "Give user and password, or your login token.").response(.badRequest)
        }
        do {
            let session =
                user.isEmpty
                ? try await signIn.begin(Secret(token), call)
                : try await signIn.begin(user, password: Secret(password), new: new.map { Secret($0) }, call)
            return Self.redirect(to: target, headers: [.setCookie: session.cookie])
        } catch let finding as Finding where [.session, .throttled, .busy].contains(finding.code) {
            var headers: HTTPFields = [:]
            headers[.retryAfter] = finding.details["retryAfter"]
            return form(target, error: finding.message).response(finding.code.httpStatus, headers: headers)
        } catch let finding as Finding where [.passwordChange, .badPassword].contains(finding.code) {
            return changeForm(target, user, finding).response(finding.code.httpStatus)
        }
    }

    private func form(_ target: String, error: String? = nil) -> Page {
        page(
            "Sign in",
            """
            \(Self.alert(error))
            <form method="post" action="\(Self.path)">
            \(Self.hidden("return", target))
            <label for="user">User</label>
            <input id="user" type="text" name="user" autocomplete="username" autocapitalize="none" autofocus required>
            <label for="password">Password</label>
            <input id="password" type="password" name="password" autocomplete="current-password" required>
            <button>Sign in</button>
            </form>
            <form method="post" action="\(Self.path)">
            \(Self.hidden("return", target))
            <label for="token">Or your login token</label>
            <input id="token" type="password" name="token" autocomplete="off" required>
            <button>Sign in with the token</button>
            </form>
            \(links(target))
            """)
    }

    private func links(_ target: String) -> String {
        openID.providers.map { provider in
            let address = "\(OpenIDSignIn.path)/\(provider.name)?return=\(Percent.encode(target))"
            return "<p><a href=\"\(Page.escape(address))\">Sign in with \(Page.escape(provider.title))</a></p>"
        }.joined()
    }

    /// Asks for the password to be changed once more, and for the new one.
    private func changeForm(_ target: String, _ user: String, _ finding: Finding) -> Page {
        page(
            "Choose a password",
            """
            \(Self.alert(finding.message))
            <form method="post" action="\(Self.path)">
            \(Self.hidden("return", target))\(Self.hidden("user", user))
            <label for="password">Present password</label>
            <input id="password" type="password" name="password" autocomplete="current-password" autofocus required>
            <label for="new">New password, \(PasswordRules.shortest) characters or more</label>
            <input id="new" type="password" name="newPassword" autocomplete="new-password" required>
            <button>Change it and sign in</button>
            </form>
            """)
    }

    private static func alert(_ text: String?) -> String {
        text.map { "<p class=\"bad\" role=\"alert\">\(Page.escape($0))</p>" } ?? ""
    }

    private static func hidden(_ name: String, _ value: String) -> String {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(Page.escape(value))\">"
    }

    private static let logoutForm = """
        <form method="post" action="\(logoutPath)"><button>Sign out</button></form>
        """

    private func page(_ title: String, _ content: String) -> Page {
        // After the form the browser may be sent on to a runtime's own host.
        let targets = services.configuration.domain.map { ["\(services.configuration.scheme)://*.\($0)"] } ?? []
        return Page(title: title, content: "<h1>\(Page.escape(title))</h1>\n\(content)", formTargets: targets)
    }

    // MARK: the first page

    private func home(_ call: Call) async throws -> Response {
        guard let caller = call.principal else { return Self.redirect(to: Self.path) }
        let members = MemberBook(services.caches)
        let runtimes = services.caches.cache(Runtime.self).all.filter { runtime in
            runtime.spec.user == caller.user
                || members.role(of: caller, in: runtime.namespace ?? "")?.entersEveryRuntime == true
        }.sorted { ($0.namespace ?? "", $0.name) < ($1.namespace ?? "", $1.name) }
        let items = runtimes.prefix(200).map { runtime in
            let shown = services.represent(runtime)
            let url = Page.escape(shown["url"]?.string ?? "")
            let name = Page.escape("\(runtime.namespace ?? "")/\(runtime.name)")
            let phase = Page.escape(shown["phase"]?.string ?? "")
            return "<li><a href=\"\(url)\">\(name)</a> <span class=\"muted\">\(phase)</span></li>"
        }
        let list = items.isEmpty ? "<p class=\"muted\">You have no runtimes yet.</p>" : "<ul>\(items.joined())</ul>"
        return page("Runtimes of \(caller.user)", "\(list)\(Self.logoutForm)").response()
    }

    private static func redirect(to target: String, headers: HTTPFields = [:]) -> Response {
        var all: HTTPFields = [.location: target, .cacheControl: "no-store"]
        for field in headers { all[field.name] = field.value }
        return Response(status: .seeOther, headers: all)
    }
}
