import ClawBase
import ClawDocuments

/// Times as moments rather than texts.
extension ObjectMeta {
    /// When the object came to be; set by the server.
    public var created: Timestamp? { document.timestamp(.creationTimestamp) }
    /// When the object may be gone: the moment deletion was asked for, plus the grace period.
    public var deletion: Timestamp? { document.timestamp(.deletionTimestamp) }
}

extension JSONObject {
    /// A `Time` or `MicroTime` (RFC 3339); nil where absent or unreadable.
    public func timestamp(_ key: FieldKey) -> Timestamp? { string(key).flatMap(Timestamp.init(rfc3339:)) }

    /// - Parameter fractionDigits: 6 for `MicroTime`.
    public mutating func set(_ key: FieldKey, _ moment: Timestamp?, fractionDigits: Int = 0) {
        set(key, moment?.rfc3339(fractionDigits: fractionDigits))
    }
}

extension Condition {
    /// When the status last changed.
    public var transition: Timestamp? { document.timestamp(.lastTransitionTime) }
}
