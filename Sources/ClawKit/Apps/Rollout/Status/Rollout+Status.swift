public import ClawCustomResources

extension Rollout {
    /// How it stands: One-Click's published fields, and beside them conditions, the generation they are the answer to,
    /// and revisions. Lists are sorted, so that equal states give equal bytes. Never holds a secret.
    public struct Status: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [
            Property("deployment", DeploymentReport.self, "The pods."),
            Property("services", [ServiceReport].self), Property("ingresses", [IngressReport].self),
            Property("volumes", [VolumeReport].self),
            Property("revision", RevisionReport?.self, "Which of its revisions runs."),
            Property("observedGeneration", Int?.self, "The generation of the spec that this is the answer to."),
            Property.conditions,
        ]

        public var deployment: DeploymentReport {
            get { self["deployment"] }
            set { self["deployment"] = newValue }
        }
        public var services: [ServiceReport] {
            get { self["services"] }
            set { self["services"] = newValue }
        }
        public var ingresses: [IngressReport] {
            get { self["ingresses"] }
            set { self["ingresses"] = newValue }
        }
        public var volumes: [VolumeReport] {
            get { self["volumes"] }
            set { self["volumes"] = newValue }
        }
        public var revision: RevisionReport {
            get { self["revision"] }
            set { self["revision"] = newValue }
        }
        public var observedGeneration: Int {
            get { self["observedGeneration"] }
            set { self["observedGeneration"] = newValue }
        }
        public var conditions: [Condition] {
            get { self["conditions"] }
            set { self["conditions"] = newValue }
        }

        public func condition(_ type: RolloutCondition) -> Condition? {
            conditions.first { $0.type == type.rawValue }
        }
    }

    /// The words of the published status.
    public enum Health: String, SchemaEnum {
        case ok = "OK", pending = "Pending", notReady = "NotReady"
        /// Any text, as published.
        public static var schema: FieldSchema { .string }
    }

    public struct DeploymentReport: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [
            Property("replicas", .int32, mayBeAbsent: false), Property("podNames", [String].self, .required),
            Property("resources", Sums.self), Property("status", Health.self, "OK, Pending or NotReady."),
        ]

        public init(replicas: Int, podNames: [String], resources: Sums, status: Health) {
            document = [
                "replicas": .integer(Int64(replicas)), "podNames": .array(podNames.map(JSON.string)),
                "resources": .object(resources.document), "status": .string(status.rawValue),
            ]
        }

        public var replicas: Int { self["replicas"] }
        public var podNames: [String] { self["podNames"] }
        public var resources: Sums { self["resources"] }
        public var status: Health { self["status"] }

        /// What all pods together ask for, and may use: cores and bytes as decimal numbers.
        public struct Sums: SchemaView {
            public var document: JSONObject
            public init(document: JSONObject) { self.document = document }
            public static let properties = [Property("requestSum", Amounts.self), Property("limitSum", Amounts.self)]
            public init(requests: Amounts, limits: Amounts) {
                document = ["requestSum": .object(requests.document), "limitSum": .object(limits.document)]
            }
            public var requestSum: Amounts { self["requestSum"] }
            public var limitSum: Amounts { self["limitSum"] }
        }
    }

    public struct ServiceReport: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [
            Property("name", String.self), Property("ports", .list(of: .int32), mayBeAbsent: false),
            Property("status", Health.self, "OK where a ready pod stands behind it."),
        ]

        public init(name: String, ports: [Int], status: Health) {
            document = [
                "name": .string(name), "ports": .array(ports.map { .integer(Int64($0)) }),
                "status": .string(status.rawValue),
            ]
        }

        public var name: String { self["name"] }
        public var ports: [Int] { self["ports"] }
        public var status: Health { self["status"] }
    }

    public struct IngressReport: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [
            Property("name", String.self), Property("hosts", [String].self, .required),
            Property("status", String.self, "Operational where it has an address, or Pending."),
        ]

        public init(name: String, hosts: [String], isOperational: Bool) {
            document = [
                "name": .string(name), "hosts": .array(hosts.map(JSON.string)),
                "status": isOperational ? "Operational" : "Pending",
            ]
        }

        public var name: String { self["name"] }
        public var hosts: [String] { self["hosts"] }
        public var status: String { self["status"] }
    }

    public struct VolumeReport: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [
            Property("name", String.self), Property("status", String.self, "Bound, Pending, Lost or Unknown."),
        ]

        public init(name: String, status: String) { document = ["name": .string(name), "status": .string(status)] }

        public var name: String { self["name"] }
        public var status: String { self["status"] }
    }

    /// Which of its revisions runs, by the names of their ControllerRevisions.
    public struct RevisionReport: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [
            Property(
                "current", String?.self, "That of the spec as written, with the image it is kept up to date with."),
            Property("running", String?.self, "The one that everything is made from."),
            Property("lastGood", String?.self, "The last one whose pods all came up."),
            Property("failed", String?.self, "The one that was given up because its progress deadline passed."),
            Property("image", String?.self, "The image that runs."),
            Property("serviceAccount", String?.self, "As whom it runs."),
        ]

        public init() { document = JSONObject() }

        public var current: String? {
            get { self["current"] }
            set { self["current"] = newValue }
        }
        public var running: String? {
            get { self["running"] }
            set { self["running"] = newValue }
        }
        public var lastGood: String? {
            get { self["lastGood"] }
            set { self["lastGood"] = newValue }
        }
        public var failed: String? {
            get { self["failed"] }
            set { self["failed"] = newValue }
        }
        public var image: String? {
            get { self["image"] }
            set { self["image"] = newValue }
        }
        public var serviceAccount: String? {
            get { self["serviceAccount"] }
            set { self["serviceAccount"] = newValue }
        }
    }
}
