public import ClawCustomResources

/// One container image, how often it runs, how it is reached and what it keeps: One-Click's kind, as published.
///
/// The namespace is the project and carries its id as name; the object's name is the deployment's id. Manifests written
/// for One-Click's own operator apply unchanged. <https://github.com/janlauber/one-click-operator>
///
/// The schema refuses no more than the published one; what cannot work is told by ``RolloutKind/admit(_:)`` in the
/// condition `Admitted`.
public struct Rollout: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(group: "one-click.dev", version: "v1alpha1", kind: "Rollout")
    public static let summary = "One container image, how often it runs, how it is reached and what it keeps."
    public static let properties = [Property("spec", Spec?.self), Property("status", Status?.self)]
    public static let columns = [
        PrinterColumn("Image", "string", ".spec.image.repository"),
        PrinterColumn("ImageTag", "string", ".spec.image.tag"),
        PrinterColumn("Replicas", "integer", ".spec.horizontalScale.minReplicas"),
        PrinterColumn("Deployment Status", "string", ".status.deployment.status"),
        PrinterColumn("Service Status", "string", ".status.services[*].status"),
        PrinterColumn("Ingress Status", "string", ".status.ingresses[*].status"),
        PrinterColumn("Volume Status", "string", ".status.volumes[*].status"),
        PrinterColumn("Service Account", "string", ".spec.serviceAccountName"),
        PrinterColumn("Rollout Strategy", "string", ".spec.rolloutStrategy"),
        PrinterColumn("Creation Timestamp", "date", ".metadata.creationTimestamp"), .age,
    ]

    public init(metadata: ObjectMeta, spec: Spec) {
        self.init(metadata)
        self.spec = spec
    }

    public var spec: Spec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }

    public var status: Status {
        get { self["status"] }
        set { self["status"] = newValue }
    }

    /// How often the spec has changed, from 1 on.
    public var generation: Int { max(1, metadata.generation ?? 1) }
}
