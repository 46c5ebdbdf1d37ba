public import ClawBase
public import ClawControl
public import ClawLedger

extension ControlPlane {
    /// What the control plane must be told; everything else it reads from store and cluster.
    public struct Configuration: Sendable {
        /// Where people reach it, `https://claw.example.org`, without a slash at the end. With https, session
        /// cookies are never sent in clear.
        public var publicURL: String
        /// Runtimes also answer at `{runtime}-{project}.DOMAIN`; nil: under `/r/{project}/{runtime}/` only.
        public var domain: String?
        /// How long a sign-in lasts.
        public var sessionHours: Int
        /// What proxies in front of runtimes show to the access check (``PlatformSettings/proxyKey(in:)``); nil: they are
        /// told no runtime's token, and the in-process proxy is the only way to runtimes that ask for theirs.
        public var proxyKey: Secret<String>?
        /// The templates there are at the moment, so that a wrong name is refused at once; nil: the runtime's controller
        /// judges.
        public var templates: @Sendable () -> [String]?

        /// What hashing a password costs. Where it changes, passwords are hashed anew as their users sign in.
        public var passwordCost: PasswordCost

        /// What a row of pods, processors, memory or storage costs, for whoever bills them; called before the row is
        /// written, and must answer alike for equal rows. Without it they cost nothing.
        public var price: @Sendable (UsageRow) -> NanoDollars = { _ in .zero }

        /// Where capacity calls that is trusted by mutual TLS; nil: capacity is enrolled by token only.
        public var capacityDoor: CapacityDoor?

        /// What becomes of the election of this process's ``Orchestrator``, for `/readyz`; nil: it has none.
        public var leadership: (@Sendable () -> LeadershipStatus)?

        public init(
            publicURL: String, domain: String? = nil, sessionHours: Int = 12, proxyKey: Secret<String>? = nil,
            passwordCost: PasswordCost = .standard, templates: @escaping @Sendable () -> [String]? = { nil }
        ) {
            self.publicURL = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
            (self.domain, self.sessionHours, self.templates) = (domain, sessionHours, templates)
            (self.proxyKey, self.passwordCost) = (proxyKey, passwordCost)
        }

        var isSecure: Bool { publicURL.lowercased().hasPrefix("https://") }
        /// `http` or `https`.
        var scheme: String { isSecure ? "https" : "http" }

        /// Host and port of the public URL.
        var authority: Substring {
            let rest = publicURL.firstRange(of: "://").map { publicURL[$0.upperBound...] } ?? publicURL[...]
            return rest.prefix { $0 != "/" }
        }

        /// Where the session cookie is sent: to every host of the domain where the control plane is one of them,
        /// else only to itself.
        var cookieDomain: String? {
            guard let domain = domain?.lowercased() else { return nil }
            let host = authority.prefix { $0 != ":" }.lowercased()
            return host == domain || host.hasSuffix("." + domain) ? domain : nil
        }
    }
}
