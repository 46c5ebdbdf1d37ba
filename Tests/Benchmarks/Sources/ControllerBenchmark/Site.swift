import ClawBase
import ClawControl
import ClawCustomResources
import ClawDocuments
import ClawKubernetes
import Logging

/// A site that is served from an image: the job that operators are compared by.
struct Site: CustomResource {
    static let type = ResourceType(group: "example.dev", version: "v1", kind: "Site")
    static let properties = [
        Property("spec", Spec.self, "What is served."), Property("status", Status?.self, "How it stands."),
    ]
    var document: JSONObject
    init(document: JSONObject) { self.document = document }
    var spec: Spec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }
    var status: Status? {
        get { self["status"] }
        set { self["status"] = newValue }
    }

    struct Spec: SchemaView {
        static let properties = [Property("image", String.self, "The image.")]
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
        var image: String { self["image"] }
    }

    struct Status: SchemaView {
        static let properties = [Property("ready", Int?.self, "How many copies answer.")]
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
        init(ready: Int?) {
            document = JSONObject()
            self.ready = ready
        }
        var ready: Int? {
            get { self["ready"] }
            set { self["ready"] = newValue }
        }
    }

    init(_ name: String, in namespace: String) {
        self.init(ObjectMeta(name: name, namespace: namespace))
        spec = Spec(document: ["image": "nginx:1.29"])
    }
}

/// A Deployment and a Service for each, and how many copies answer: `Peers/kopf_operator.py` does the same.
struct SiteKind: ManagedKind {
    let children: [any Resource.Type] = [Deployment.self, Service.self]

    func desire(_ site: Site, _ observed: Observed) -> [Child] {
        let labels = ["site": site.name]
        let pod = PodTemplateSpec(
            metadata: ObjectMeta(labels: labels),
            spec: PodSpec(containers: [Container(name: "web", image: site.spec.image)]))
        return [
            Child(
                Deployment(
                    metadata: ObjectMeta(name: site.name),
                    spec: DeploymentSpec(
                        selector: LabelSelector(matchLabels: labels), template: pod, replicas: 1))),
            Child(
                Service(
                    metadata: ObjectMeta(name: site.name),
                    spec: ServiceSpec(ports: [ServicePort(port: 80)], selector: labels))),
        ]
    }

    func observe(_ site: Site, _ observed: Observed, now: Timestamp) -> Observation<Site> {
        var site = site
        site.status = Site.Status(ready: observed[Deployment.self, site.name]?.status?.readyReplicas ?? 0)
        return Observation(site)
    }
}

/// The operator of sites, as a process, against the cluster of `KUBECONFIG`.
func operateSites() async throws {
    let logger = Logger(label: "sites") { _ in SwiftLogNoOpLogHandler() }
    let manager = ControllerManager(try KubernetesClient.connect(), logger: logger)
    manager.add(Controller(managing: SiteKind(), manager: "sites", caches: manager.caches, logger: logger))
    try await manager.run()
}
