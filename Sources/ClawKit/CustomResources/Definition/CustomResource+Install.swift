import ClawDocuments
public import ClawKubernetes
import ClawModels

extension CustomResource {
    /// Makes the cluster serve the kind; writes only what differs. What a webhook entered for conversion stays.
    public static func install(in api: some KubernetesAPI) async throws {
        let definition = definition
        guard let live = try await api.find(CustomResourceDefinition.self, definition.name) else {
            _ = try await api.create(definition)
            return
        }
        let (wanted, found) = (definition.document[.spec]?.object ?? [:], live.document[.spec]?.object ?? [:])
        guard wanted.contains(where: { found[$0.name] != $0.value }) else { return }
        _ = try await api.mergePatch(
            CustomResourceDefinition.self, definition.name, ["spec": .object(wanted)])
    }
}
