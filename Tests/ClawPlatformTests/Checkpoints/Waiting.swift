import ClawBase
import ClawKubernetes
import ClawModels
import ClawResources
import Testing

extension KubernetesClient {
    /// Looks until the object is there as it is wanted.
    @discardableResult
    func object<R: Resource>(
        _ type: R.Type, _ name: String, in namespace: String, is isWanted: @escaping @Sendable (R) -> Bool
    ) async throws -> R {
        var last: R?
        try await eventually("\(R.type.kind) \(name) is as wanted") {
            last = try await find(type, name, in: namespace)
            return last.map(isWanted) ?? false
        }
        return try #require(last)
    }

    func absence<R: Resource>(of type: R.Type, _ name: String, in namespace: String) async throws {
        try await eventually("\(R.type.kind) \(name) is gone") { try await find(type, name, in: namespace) == nil }
    }
}
