import ClawDocuments
public import ClawModels

/// Another version of a kind, and how its objects become those of the version that is stored, and back.
///
///     static let otherVersions = [
///         OtherVersion(RolloutV1.self, deprecation: .useNewest) { old in
///             var new = Rollout(old.metadata)
///             new.spec.image = "\(old.spec.repository):\(old.spec.tag)"
///             return new
///         } back: { new in … }
///     ]
///
/// Conversions have no choice about metadata: labels and annotations may change, all else is taken over.
public struct OtherVersion<Stored: CustomResource>: Sendable {
    public let type: ResourceType
    public let isServed: Bool
    let version: @Sendable () -> VersionDraft
    let toStored: @Sendable (JSONObject) throws -> JSONObject
    let fromStored: @Sendable (JSONObject) throws -> JSONObject

    /// - Parameters:
    ///   - isServed: false for one that is only still known because objects were once stored in it.
    ///   - convert: throws what the writer is told.
    public init<Other: CustomResource>(
        _ other: Other.Type, isServed: Bool = true,
        _ convert: @escaping @Sendable (Other) throws -> Stored,
        back: @escaping @Sendable (Stored) throws -> Other
    ) {
        type = Other.type
        self.isServed = isServed
        version = { VersionDraft(Other.self, isServed: isServed, isStored: false) }
        toStored = { try convert(Other(document: $0)).document }
        fromStored = { try back(Stored(document: $0)).document }
    }
}
