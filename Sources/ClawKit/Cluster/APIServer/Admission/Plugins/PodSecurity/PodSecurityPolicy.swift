import ClawDocuments
import ClawSchemas

/// The levels a namespace's labels ask for.
/// <https://kubernetes.io/docs/concepts/security/pod-security-admission/>
struct PodSecurityPolicy: Equatable {
    enum Level: String, Comparable {
        case privileged, baseline, restricted
        private var strictness: Int { self == .privileged ? 0 : self == .baseline ? 1 : 2 }
        static func < (a: Level, b: Level) -> Bool { a.strictness < b.strictness }
    }

    /// A level as of a version of Kubernetes; written `restricted:latest`, `baseline:v1.30`.
    struct Standard: Hashable, CustomStringConvertible {
        var level = Level.privileged
        /// nil: the latest.
        var minor: Int?
        var description: String { "\(level.rawValue):\(minor.map { "v1.\($0)" } ?? "latest")" }
    }

    var enforce = Standard()
    var warn = Standard()

    static let prefix = "pod-security.kubernetes.io/"

    /// What labels ask for, and what is wrong with them. Labels that cannot be read count as the strictest level where
    /// pods are refused, and as none where they are only warned of.
    static func read(_ labels: Field) -> (policy: PodSecurityPolicy, errors: FieldErrors) {
        var (policy, errors) = (PodSecurityPolicy(), FieldErrors())
        guard labels.isSet else { return (policy, errors) }
        func level(_ mode: String, _ standard: inout Standard, otherwise: Level) -> Bool {
            let label = Field(.key(labels.path, prefix + mode), labels[prefix + mode].value)
            guard label.isSet else { return false }
            let read = Level(rawValue: label.string)
            if read == nil { errors.invalid(label, "must be one of privileged, baseline, restricted") }
            standard.level = read ?? otherwise
            return read != nil
        }
        func version(_ mode: String, _ standard: inout Standard) -> Bool {
            let name = "\(prefix)\(mode)-version"
            let label = Field(.key(labels.path, name), labels[name].value)
            guard label.isSet else { return false }
            let minor = Self.minor(label.string)
            if minor == nil { errors.invalid(label, "must be \"latest\" or \"v1.x\"") }
            standard.minor = minor ?? nil
            return true
        }
        var audit = Standard()
        let enforces = level("enforce", &policy.enforce, otherwise: .restricted)
        _ = version("enforce", &policy.enforce)
        _ = level("audit", &audit, otherwise: .privileged)
        _ = version("audit", &audit)
        let isWarnSet = labels[prefix + "warn"].isSet
        _ = level("warn", &policy.warn, otherwise: .privileged)
        let hasWarnVersion = version("warn", &policy.warn)
        if !isWarnSet, enforces, policy.enforce.level > policy.warn.level {
            policy.warn.level = policy.enforce.level
            if !hasWarnVersion { policy.warn.minor = policy.enforce.minor }
        }
        return (policy, errors)
    }

    /// nil where the text is no version; `.some(nil)` for the latest.
    private static func minor(_ text: String) -> Int?? {
        if text == "latest" { return .some(nil) }
        guard text.hasPrefix("v1."), let minor = Int(text.dropFirst(3)), text == "v1.\(minor)", minor >= 0 else { return nil }
        return minor
    }
}
