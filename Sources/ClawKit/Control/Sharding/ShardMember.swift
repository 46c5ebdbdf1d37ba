import ClawBase
import ClawKubernetes
import ClawModels

/// A member of a group as its Lease tells.
struct ShardMember: Sendable, Hashable {
    let identity: String
    let record: LeaseRecord
    /// The view it acts by; nil while it has none.
    let published: ShardStamp?

    static let viewAnnotation = "clawkit.dev/shard-view"
    static let memberAnnotation = "clawkit.dev/shard-member"
    static let groupLabel = "clawkit.dev/shard-group"

    init(identity: String, record: LeaseRecord, published: ShardStamp?) {
        (self.identity, self.record, self.published) = (identity, record, published)
    }

    /// nil where the Lease is no member's.
    init?(_ lease: Lease) {
        let annotations = lease.metadata.annotations
        guard let identity = annotations[Self.memberAnnotation], !identity.isEmpty else { return nil }
        self.init(
            identity: identity, record: LeaseRecord(lease),
            published: annotations[Self.viewAnnotation].flatMap(ShardStamp.init))
    }

    /// Whether it has left in good order: it works on nothing any more.
    var hasLeft: Bool { record.holder.isEmpty }

    /// A name for its Lease: identities may hold what names must not.
    static func leaseName(group: String, identity: String) -> String {
        "\(group)-\(String(Rendezvous.hash(identity), radix: 16))"
    }
}
