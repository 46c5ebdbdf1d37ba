import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

/// A runtime whose volume is to go with it does not go before that was done: what is said of the volume counts as it stands
/// when the deletion is carried out, so nobody's word from before wipes anything (as an owner reference would).
extension RuntimeKind {
    static let finalizer = "clawkit.dev/volume"

    /// Whether its volume is to go with it.
    static func wipes(_ runtime: Runtime, _ context: RuntimeContext) -> Bool {
        let volume = context.blueprint(of: runtime).volume(of: runtime)
        return volume.retention == .wipe && volume.shared == nil
    }

    /// Enters the finalizer where the volume is to go with the runtime.
    /// - Returns: whether the runtime has become another by that; it is asked for again.
    static func hold(_ runtime: Runtime, wipes: Bool, _ api: any KubernetesAPI) async throws -> Bool {
        guard wipes, !runtime.isBeingDeleted, !runtime.metadata.finalizers.contains(finalizer) else { return false }
        try await write(runtime.metadata.finalizers + [finalizer], runtime, api)
        return true
    }

    /// - Returns: whether it was held.
    static func letGo(_ runtime: Runtime, _ api: any KubernetesAPI) async throws -> Bool {
        guard runtime.isBeingDeleted, runtime.metadata.finalizers.contains(finalizer) else { return false }
        try await write(runtime.metadata.finalizers.filter { $0 != finalizer }, runtime, api)
        return true
    }

    /// Only where nobody has changed the runtime meanwhile: the list is written as a whole.
    private static func write(_ finalizers: [String], _ runtime: Runtime, _ api: any KubernetesAPI) async throws {
        let metadata: JSON = [
            "finalizers": .array(finalizers.map { .string($0) }),
            "resourceVersion": .string(runtime.resourceVersion ?? ""), "uid": .string(runtime.uid ?? ""),
        ]
        do {
            _ = try await api.mergePatch(Runtime.self, runtime.name, in: runtime.namespace, ["metadata": metadata])
        } catch let error as KubernetesError where error.isNotFound {
            // Gone by now.
        }
    }
}
