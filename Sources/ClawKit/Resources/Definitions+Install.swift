public import ClawKubernetes

extension ClawGroup {
    /// Makes the cluster serve ClawKit's kinds; writes only what differs. Returns once they are served.
    public static func install(in api: some KubernetesAPI) async throws {
        for definition in definitions {
            guard let live = try await api.find(CustomResourceDefinition.self, definition.name) else {
                _ = try await api.create(definition)
                continue
            }
            if live.document[.spec] != definition.document[.spec] {
                _ = try await api.mergePatch(
                    CustomResourceDefinition.self, definition.name, ["spec": definition.document[.spec] ?? [:]])
            }
        }
    }
}
