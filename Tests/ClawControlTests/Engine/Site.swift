import ClawBase
import ClawControl
import ClawCustomResources
import ClawDocuments
import ClawKubernetes
import ClawModels

/// A site that is served from an image: what the engine's tests manage.
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
    var status: Status {
        get { self["status", default: Status()] }
        set { self["status"] = newValue }
    }

    struct Spec: SchemaView {
        static let properties = [
            Property("image", String.self, "The image."), Property("ports", [Int].self, "Its ports."),
            Property("volumes", [String].self, "Its volumes."),
            Property("pages", String?.self, "The ConfigMap that its pages come from."),
        ]
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
        init(image: String, ports: [Int] = [80], volumes: [String] = []) {
            document = [:]
            (self.image, self.ports, self.volumes) = (image, ports, volumes)
        }
        var image: String {
            get { self["image"] }
            set { self["image"] = newValue }
        }
        var ports: [Int] {
            get { self["ports", default: []] }
            set { self["ports"] = newValue }
        }
        var volumes: [String] {
            get { self["volumes", default: []] }
            set { self["volumes"] = newValue }
        }
        var pages: String? {
            get { self["pages"] }
            set { self["pages"] = newValue }
        }
    }

    struct Status: SchemaView {
        static let properties = [
            Property("ready", Int?.self, "How many copies answer."), Property("problem", String?.self, "What is wrong."),
        ]
        var document: JSONObject
        init(document: JSONObject) { self.document = document }
        init(ready: Int? = nil, problem: String? = nil) {
            document = [:]
            (self.ready, self.problem) = (ready, problem)
        }
        var ready: Int? {
            get { self["ready"] }
            set { self["ready"] = newValue }
        }
        var problem: String? {
            get { self["problem"] }
            set { self["problem"] = newValue }
        }
    }

    init(_ name: String, _ spec: Spec) {
        self.init(ObjectMeta(name: name, namespace: "default"))
        self.spec = spec
    }
}

struct SiteKind: ManagedKind {
    let children: [any Resource.Type] = [
        Deployment.self, Service.self, PersistentVolumeClaim.self, ConfigMap.self, ServiceAccount.self,
    ]

    /// Whoever's they are; those are filed under their label, several under one.
    let related = [
        Relation(
            ConfigMap.self, labeled: "pages", under: { map in
                ObjectKey(namespace: map.namespace ?? "", name: map.labels["pages"] ?? "")
            },
            soughtBy: { (site: Site) in
                site.spec.pages.map { [ObjectKey(namespace: site.namespace ?? "", name: $0)] } ?? []
            })
    ]

    func admit(_ site: Site) -> [Finding] {
        site.spec.image.isEmpty ? [Finding(.badRequest, "A site needs an image.", field: "spec.image")] : []
    }

    func desire(_ site: Site, _ observed: Observed) throws(Finding) -> [Child] {
        let labels = ["site": site.name]
        let template = PodTemplateSpec(
            metadata: ObjectMeta(labels: labels),
            spec: PodSpec(containers: [Container(name: "web", image: site.spec.image)]))
        let deployment = Deployment(
            metadata: ObjectMeta(name: site.name),
            spec: DeploymentSpec(selector: LabelSelector(matchLabels: labels), template: template, replicas: 2))
        return [
            Child(ServiceAccount(metadata: ObjectMeta(name: "shared")), policy: .shared),
            Child(ConfigMap(metadata: ObjectMeta(name: "\(site.name)-first"), data: ["image": site.spec.image]),
                policy: .createdOnce),
            Child(deployment, stage: 1),
        ] + observed.all(ConfigMap.self).filter { $0.labels["pages"] != nil }.map { pages in
            Child(ConfigMap(metadata: ObjectMeta(name: "\(site.name)-of-\(pages.name)"), data: pages.data), stage: 1)
        } + site.spec.ports.map { port in
            Child(
                Service(
                    metadata: ObjectMeta(name: "\(site.name)-\(port)"),
                    spec: ServiceSpec(ports: [ServicePort(port: port)], selector: labels)), stage: 2)
        } + site.spec.volumes.map { name in
            Child(
                PersistentVolumeClaim(
                    metadata: ObjectMeta(name: "\(site.name)-\(name)"),
                    spec: PersistentVolumeClaimSpec(
                        accessModes: ["ReadWriteOnce"],
                        resources: VolumeResourceRequirements(requests: ["storage": "1Gi"]))), policy: .kept)
        }
    }

    func observe(_ site: Site, _ observed: Observed, now: Timestamp) -> Observation<Site> {
        var site = site
        let problem = observed.findings.first ?? observed.failures.first?.finding
        site.status = Site.Status(
            ready: observed[Deployment.self, site.name]?.status?.readyReplicas, problem: problem?.message)
        return Observation(site)
    }
}
