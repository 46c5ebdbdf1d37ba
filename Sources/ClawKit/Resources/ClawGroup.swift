public import ClawCustomResources
public import ClawKubernetes

/// The group that ClawKit's kinds belong to.
public enum ClawGroup {
    public static let name = "clawkit.dev"
    public static let version = "v1alpha1"

    public static let kinds: [any CustomResource.Type] = [
        Tenant.self, Project.self, Member.self, Runtime.self, ModelGrantResource.self, ModelEndpoint.self, Policy.self,
        EffectivePolicy.self, Route.self, EnvironmentSet.self, SecretStore.self, RuntimeTemplate.self,
        Checkpoint.self, CheckpointSchedule.self, RemoteCapacity.self, RuntimePool.self,
    ]

    /// The definitions of all its kinds.
    public static var definitions: [CustomResourceDefinition] { kinds.map { $0.definition } }

    /// Makes the cluster serve ClawKit's kinds; writes only what differs.
    public static func install(in api: some KubernetesAPI) async throws {
        for kind in kinds { try await kind.install(in: api) }
    }
}

extension Constraint {
    /// A name by RFC 1123.
    static var label: [Constraint] { [.length(...63), .pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")] }
}
