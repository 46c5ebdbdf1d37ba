/// The checks of the pod security standards, by level and the version they came with.
/// <https://kubernetes.io/docs/concepts/security/pod-security-standards/>
struct PodSecurityChecks {
    /// One rule. Returns what breaks it; the words in brackets of the message.
    struct Check: Sendable {
        let id: String
        let reason: @Sendable (JudgedPod) -> String
        /// The first minor version that has it.
        let since: Int
        /// The baseline rules this one takes the place of.
        let overrides: Set<String>
        let violation: @Sendable (JudgedPod, _ minor: Int) -> String?

        init(
            _ id: String, _ reason: String, since: Int = 0, overrides: Set<String> = [],
            _ violation: @escaping @Sendable (JudgedPod, Int) -> String?
        ) {
            self.init(id, reason: { _ in reason }, since: since, overrides: overrides, violation)
        }

        init(
            _ id: String, reason: @escaping @Sendable (JudgedPod) -> String, since: Int = 0, overrides: Set<String> = [],
            _ violation: @escaping @Sendable (JudgedPod, Int) -> String?
        ) {
            (self.id, self.reason, self.since, self.overrides, self.violation) = (id, reason, since, overrides, violation)
        }
    }

    struct Violations {
        /// `host namespaces, privileged`
        let reasons: String
        /// `host namespaces (hostPID=true), privileged (container "c" must not …)`
        let details: String
    }

    /// The newest version whose rules are known here.
    private static let latest = 36

    /// nil where the pod keeps the standard.
    static func violations(of standard: PodSecurityPolicy.Standard, _ pod: JudgedPod) -> Violations? {
        guard standard.level > .privileged else { return nil }
        let minor = min(standard.minor ?? latest, latest)
        let strict = standard.level == .restricted ? restricted.filter { $0.since <= minor } : []
        let replaced = strict.reduce(into: Set<String>()) { $0.formUnion($1.overrides) }
        let checks = baseline.filter { $0.since <= minor && !replaced.contains($0.id) } + strict
        let found = checks.compactMap { check in check.violation(pod, minor).map { (check.reason(pod), $0) } }
        guard !found.isEmpty else { return nil }
        return Violations(
            reasons: found.map(\.0).joined(separator: ", "),
            details: found.map { "\($0) (\($1))" }.joined(separator: ", "))
    }
}
