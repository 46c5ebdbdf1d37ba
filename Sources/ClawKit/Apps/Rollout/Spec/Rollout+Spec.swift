public import ClawCustomResources

extension Rollout {
    /// What should run.
    public struct Spec: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [
            Property("args", [String].self, "The arguments, instead of the image's."),
            Property("command", [String].self, "The program, instead of the image's entry point."),
            Property(
                "rolloutStrategy", String?.self,
                "rollingUpdate: new pods come before old ones go; recreate: the other way round."),
            Property("image", Image.self, "What runs."),
            Property(
                "securityContext", SecurityContext?.self, "What the processes may do; fields left out stay unset."),
            Property("horizontalScale", Scale.self, "How many pods run."),
            Property("resources", Resources.self, "What each pod may use."),
            Property("env", [Variable].self, "Environment variables."),
            Property("secrets", [Variable].self, "Environment variables kept in a Secret."),
            Property("volumes", [Volume].self, "What outlives the pods."),
            Property("interfaces", [Interface].self, "Where it is reached."),
            Property(
                "serviceAccountName", String.self, "As whom it runs; made where absent. Empty: the rollout's name-sa."),
            Property("cronjobs", [CronJob].self, "What runs beside it from time to time."),
            Property("nodeSelector", [String: String].self, "The labels of the nodes it may run on."),
            Property(
                "tolerations", .list(of: .toleration), mayBeAbsent: true, description: "The taints of nodes it bears."),
            Property(
                "hostAliases", .list(of: .hostAlias), mayBeAbsent: true, description: "More lines of the hosts file."),
        ]

        public init(image: Image, scale: Scale, resources: Resources, serviceAccountName: String = "") {
            document = JSONObject()
            (self.image, self.horizontalScale, self.resources) = (image, scale, resources)
            self.serviceAccountName = serviceAccountName
        }

        public var args: [String] {
            get { self["args"] }
            set { self["args"] = newValue }
        }
        public var command: [String] {
            get { self["command"] }
            set { self["command"] = newValue }
        }
        /// `rollingUpdate`, also where absent or anything else, or `recreate`.
        public var rolloutStrategy: String? {
            get { self["rolloutStrategy"] }
            set { self["rolloutStrategy"] = newValue }
        }
        public var image: Image {
            get { self["image"] }
            set { self["image"] = newValue }
        }
        public var securityContext: SecurityContext? {
            get { self["securityContext"] }
            set { self["securityContext"] = newValue }
        }
        public var horizontalScale: Scale {
            get { self["horizontalScale"] }
            set { self["horizontalScale"] = newValue }
        }
        public var resources: Resources {
            get { self["resources"] }
            set { self["resources"] = newValue }
        }
        public var env: [Variable] {
            get { self["env"] }
            set { self["env"] = newValue }
        }
        public var secrets: [Variable] {
            get { self["secrets"] }
            set { self["secrets"] = newValue }
        }
        public var volumes: [Volume] {
            get { self["volumes"] }
            set { self["volumes"] = newValue }
        }
        public var interfaces: [Interface] {
            get { self["interfaces"] }
            set { self["interfaces"] = newValue }
        }
        public var serviceAccountName: String {
            get { self["serviceAccountName"] }
            set { self["serviceAccountName"] = newValue }
        }
        public var cronjobs: [CronJob] {
            get { self["cronjobs"] }
            set { self["cronjobs"] = newValue }
        }
        public var nodeSelector: [String: String] {
            get { self["nodeSelector"] }
            set { self["nodeSelector"] = newValue }
        }
        public var tolerations: [Toleration] {
            get { self["tolerations"] }
            set { self["tolerations"] = newValue }
        }
        public var hostAliases: [HostAlias] {
            get { self["hostAliases"] }
            set { self["hostAliases"] = newValue }
        }
    }
}

// Kubernetes' own schemas of these two know more limits than the published definition has.
extension FieldSchema {
    fileprivate static let toleration = FieldSchema.object([
        Property("effect", String?.self), Property("key", String?.self), Property("operator", String?.self),
        Property("tolerationSeconds", Int?.self), Property("value", String?.self),
    ])
    fileprivate static let hostAlias = FieldSchema.object([
        Property("hostnames", [String].self, .atomic), Property("ip", String.self),
    ])
}
