import ClawBase
import Crypto

/// What the children of a rollout are called, as One-Click publishes it.
public struct RolloutNames: Sendable {
    public let rollout: String

    public init(_ rollout: Rollout) { self.init(rollout.name) }
    public init(_ rollout: String) { self.rollout = rollout }

    public var deployment: String { rollout }
    public var autoscaler: String { rollout }
    public var secrets: String { "\(rollout)-secrets" }
    public var pullSecret: String { "\(rollout)-imagepullsecret" }
    public func volume(_ name: String) -> String { "\(name)-\(rollout)" }
    public func service(_ interface: String) -> String { "\(interface)-\(rollout)-svc" }
    public func ingress(_ interface: String) -> String { "\(interface)-\(rollout)-ingress" }
    public func tlsSecret(_ interface: String) -> String { "\(interface)-\(rollout)-tls-secret" }

    public func serviceAccount(_ spec: Rollout.Spec) -> String {
        spec.serviceAccountName.isEmpty ? "\(rollout)-sa" : spec.serviceAccountName
    }

    /// One-Click calls a cron job by its entry's name alone, so two rollouts with an entry `backup` fight for one
    /// object. Here no two entries of any rollouts of a namespace have the same name: where `rollout-entry` could be
    /// cut in another place, or is too long, a hash of both tells them apart. At most 52 characters, as cron jobs may.
    public func cronJob(_ entry: String) -> String {
        let plain = "\(rollout)-\(entry)"
        if plain.utf8.count <= 52, plain.utf8.count(where: { $0 == UInt8(ascii: "-") }) == 1 { return plain }
        let hash = Hex.encode(SHA256.hash(data: Array("\(rollout)/\(entry)".utf8))).prefix(8)
        // A name does not end in a dash before the next one.
        let head = plain.prefix(43).reversed().drop { $0 == "-" || $0 == "." }.reversed()
        return "\(String(head))-\(hash)"
    }

    public func cronPullSecret(_ entry: String) -> String { "\(cronJob(entry))-imagepullsecret" }
}

/// Labels and annotations.
public enum RolloutLabel {
    public static let project = "one-click.dev/projectId"
    public static let deployment = "one-click.dev/deploymentId"
    /// On the pods of cron jobs, which carry no ``deployment``: a Service would send them requests otherwise.
    public static let cronJob = "one-click.dev/cronJob"
    /// On the pods' template: pods are replaced where a secret changes.
    public static let secretsChecksum = "one-click.dev/secrets-checksum"
    /// On the Deployment: the revision it was made from.
    public static let revision = "one-click.dev/revision"

    /// On claims that stay when they are no longer desired: the engine's mark.
    static let kept = "clawkit.dev/kept"

    /// On all children, and the selector of Deployment and Services.
    static func all(_ rollout: Rollout) -> [String: String] {
        [project: rollout.namespace ?? "", deployment: rollout.name]
    }
}

/// What can be asked of a rollout beside its published spec: annotations on it.
public enum RolloutAnnotation {
    /// `Delete`: a volume dropped from the spec is deleted with all it holds. Anything else: it is kept.
    public static let volumeRetention = "one-click.dev/volume-retention"
    /// How long new pods may take to come up, as `90s` or `10m`; 10 minutes where absent.
    public static let progressDeadline = "one-click.dev/progress-deadline"
    /// `false`: a revision whose pods do not come up stays.
    public static let autoReturn = "one-click.dev/auto-return"
    /// How many revisions are remembered; 10 where absent.
    public static let revisionHistory = "one-click.dev/revision-history"
    /// The name of the revision to run instead of the spec: as long as the annotation stands, or, with `@7` behind it,
    /// as long as the spec has generation 7.
    public static let rollbackTo = "one-click.dev/rollback-to"
    /// How often the registry is asked for newer images, as `5m`.
    public static let updateInterval = "one-click.dev/auto-update-interval"
    /// `semver`, `semver:^1.2`, `latest`, `timestamp`, `asc`, `desc`.
    public static let updatePolicy = "one-click.dev/auto-update-policy"
    /// A regular expression; only tags in which it matches count.
    public static let updatePattern = "one-click.dev/auto-update-pattern"
    /// Written by the operator: the image that the policy chose.
    public static let updateImage = "one-click.dev/auto-update-image"
}
