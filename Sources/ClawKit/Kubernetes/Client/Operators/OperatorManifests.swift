public import ClawModels

/// What a cluster needs to run an operator: its namespace, account, roles, deployment, and whatever it defines.
///
///     var manifests = OperatorManifests(
///         "sites", in: "sites", image: "registry.example/sites:1", permissions: manager.permissions)
///     manifests.define(Site.definition)
///     manifests.serve(webhooks, port: 8443)        // with ClawWebhooks
///     print(manifests.yaml)                        // | kubectl apply --server-side -f -
///
/// The account may do what ``permissions`` say and nothing else.
public struct OperatorManifests: Sendable {
    /// Of the deployment, the account and the roles.
    public var name: String
    /// Where it runs.
    public var namespace: String
    public var image: String
    /// Of the image's program.
    public var arguments: [String] = []
    /// Where an election decides, two are enough for a quick take-over.
    public var replicas = 2
    public var resources: ResourceRequirements?
    /// Where `/healthz` and `/readyz` are served; nil: nobody asks.
    public var healthPort: Int?
    public var permissions: [Permission]
    /// A service's ports in front of the pods, by name.
    var served: [(service: String, port: Int, target: Int)] = []
    /// Definitions come before everything else, other objects behind.
    public private(set) var definitions: [CustomResourceDefinition] = []
    private var others: [any Resource] = []

    public init(_ name: String, in namespace: String, image: String, permissions: [Permission] = []) {
        (self.name, self.namespace, self.image, self.permissions) = (name, namespace, image, permissions)
    }

    /// Brings a definition along. The operator may then look at it and change it, for instance when a newer version of
    /// it starts; not make another one.
    public mutating func define(_ definition: CustomResourceDefinition) {
        definitions.removeAll { $0.name == definition.name }
        definitions.append(definition)
        permissions.append(Permission(["get", "patch"], CustomResourceDefinition.type, names: [definition.name]))
    }

    /// Puts a service in front of the pods.
    /// - Parameters:
    ///   - port: what clients call; API servers ask webhooks at 443.
    ///   - target: where the program listens.
    public mutating func expose(service: String, port: Int = 443, target: Int) {
        served.append((service, port, target))
    }

    /// Brings another object along, behind everything else.
    public mutating func add(_ object: some Resource) { others.append(object) }

    /// All of it, in the order to apply it in.
    public var objects: [any Resource] {
        var objects: [any Resource] = definitions
        objects.append(Namespace(metadata: ObjectMeta(name: namespace, labels: labels)))
        objects.append(ServiceAccount(metadata: metadata))
        objects += roles
        objects += services
        objects.append(deployment)
        return objects + others
    }

    /// The same for `kubectl apply -f -`.
    public var yaml: String {
        objects.map { object in
            var document = object.document
            document.setKind(object.resourceType.apiVersion, object.resourceType.kind)
            document[.status] = nil
            return (["---"] + YAMLText.lines(document)).joined(separator: "\n") + "\n"
        }.joined()
    }

    var labels: [String: String] { ["app.kubernetes.io/name": name] }
    var metadata: ObjectMeta { ObjectMeta(name: name, namespace: namespace, labels: labels) }
}
