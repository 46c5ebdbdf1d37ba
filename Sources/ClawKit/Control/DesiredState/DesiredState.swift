import ClawBase
import ClawDocuments
public import ClawKubernetes
import ClawModels
import Crypto

/// Applies desired objects, and only where the live ones differ: in steady state it writes nothing.
///
/// The text of what was applied last is remembered as a hash in an annotation, so that a field which is no longer
/// desired is noticed too (and removed by server-side apply).
public struct DesiredState: Sendable {
    /// The annotation that holds the hash of what was applied last.
    public static let hashAnnotation = "clawkit.dev/applied-hash"

    private let api: any KubernetesAPI
    /// The field manager, and the value of nothing else.
    private let manager: String
    /// Several own the object, each with a reference that is no business of the others.
    private let isShared: Bool

    public init(_ api: some KubernetesAPI, manager: String) { self.init(api, manager: manager, isShared: false) }

    init(_ api: some KubernetesAPI, manager: String, isShared: Bool) {
        (self.api, self.manager, self.isShared) = (api, manager, isShared)
    }

    /// What became of an object.
    public enum Outcome: Sendable {
        case unchanged
        case applied
    }

    /// Makes `desired` so, by force: its fields become this manager's. `live` is what the caller's cache has.
    ///
    /// Of `desired` only what can be declared counts: not its status, and of its metadata not what servers set.
    /// - Throws: ``KubernetesError``, ``TransportError``.
    @discardableResult
    public func apply<R: Resource>(_ desired: R, live: R?) async throws -> Outcome {
        var desired = Self.declared(desired)
        let hash = hash(desired)
        desired.annotations[Self.hashAnnotation] = hash
        if let live, live.annotations[Self.hashAnnotation] == hash,
            Difference().isSatisfied(desired.document, by: live.document, as: R.schemaName)
        {
            return .unchanged
        }
        _ = try await api.apply(desired, manager: manager, force: true)
        return .applied
    }

    private static func declared<R: Resource>(_ object: R) -> R {
        var document = object.document
        document.setKind(R.type.apiVersion, R.type.kind)
        document[.status] = nil
        document.modify(.metadata) { metadata in
            for name in ["managedFields", "resourceVersion", "uid", "generation", "creationTimestamp", "selfLink"] {
                metadata?[name] = nil
            }
        }
        if R.schemaName == KubernetesSecret.schemaName { moveTextsToData(&document) }
        var declared = R(document: document)
        declared.annotations[hashAnnotation] = nil
        return declared
    }

    /// A Secret's `stringData` is only ever written: live, it stands in `data`.
    private static func moveTextsToData(_ secret: inout JSONObject) {
        let texts = secret.stringMap(.stringData)
        secret[.stringData] = nil
        secret.set(.data, secret.stringMap(.data).merging(texts.mapValues { Base64.encode(Array($0.utf8)) }) { $1 })
    }

    private func hash(_ object: some Resource) -> String {
        var document = object.document
        if isShared { document.modify(.metadata) { $0?["ownerReferences"] = nil } }
        return String(Hex.encode(SHA256.hash(data: JSON.object(document).bytes(.canonical))).prefix(16))
    }
}
