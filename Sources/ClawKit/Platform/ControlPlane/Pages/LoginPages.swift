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
    private let hosts: RuntimeHosts

    init(_ services: PlatformServices) {
        self.services = services
        signIn = SignIn(services)
        hosts = RuntimeHosts(services.configuration)
    }

    func register(in router: inout Router) {
        router.get("/", access: .anybody, home)
        router.get("/login", access: .anybody, form)
        router.post("/login", access: .anybody, submit)
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
        guard !token.isEmpty else { return form(target, error: "Give your login token.").response(.badRequest) }
        do {
            let session = try await signIn.begin(Secret(token), call)
            return Self.redirect(to: target, headers: [.setCookie: session.cookie])
        } catch let finding as Finding where finding.code == .session || finding.code == .throttled {
            var headers: HTTPFields = [:]
            headers[.retryAfter] = finding.details["retryAfter"]
            return form(target, error: finding.message).response(finding.code.httpStatus, headers: headers)
        }
    }

    private func form(_ target: String, error: String? = nil) -> Page {
        page(
            "Sign in",
            """
            \(error.map { "<p class=\"bad\" role=\"alert\">\(Page.escape($0))</p>" } ?? "")
            <form method="post" action="\(Self.path)">
            <input type="hidden" name="return" value="\(Page.escape(target))">
            <label for="token">Login token</label>
            <input id="token" type="password" name="token" autocomplete="current-password" autofocus required>
            <button>Sign in</button>
            </form>
            """)
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
        let projects = services.caches.cache(Project.self)
        let runtimes = services.caches.cache(Runtime.self).all.filter { runtime in
            runtime.spec.user == caller.user
                || projects.get(runtime.namespace ?? "")?.role(of: caller.user)?.entersEveryRuntime == true
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
