import ClawBase
public import ClawKubernetes
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

    public init(_ api: some KubernetesAPI, manager: String) { (self.api, self.manager) = (api, manager) }

    /// What became of an object.
    public enum Outcome: Sendable {
        case unchanged
        case applied
    }

    /// Makes `desired` so. `live` is what the caller's cache has.
    @discardableResult
    public func apply<R: Resource>(_ desired: R, live: R?) async throws -> Outcome {
        var desired = desired
        let hash = Self.hash(desired)
        desired.annotations[Self.hashAnnotation] = hash
        if let live, live.annotations[Self.hashAnnotation] == hash,
            Difference.isSatisfied(.object(desired.document), by: .object(live.document))
        {
            return .unchanged
        }
        _ = try await api.apply(desired, manager: manager, force: true)
        return .applied
    }

    private static func hash(_ object: some Resource) -> String {
        String(Hex.encode(SHA256.hash(data: JSON.object(object.document).bytes(.canonical))).prefix(16))
    }
}
