public import ClawCustomResources

extension Rollout {
    /// A volume that outlives the pods.
    public struct Volume: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [
            Property("name", String.self), Property("mountPath", String.self),
            Property("size", String.self, "A quantity; may grow where the storage class allows it."),
            Property("storageClass", String?.self, "Absent or empty: the cluster's default."),
        ]

        public init(_ name: String, mountPath: String, size: String, storageClass: String? = nil) {
            document = ["name": .string(name), "mountPath": .string(mountPath), "size": .string(size)]
            document.set("storageClass", storageClass)
        }

        public var name: String { self["name"] }
        public var mountPath: String { self["mountPath"] }
        public var size: String { self["size"] }
        /// The published type cannot tell empty from absent.
        public var storageClass: String? { (self["storageClass"] as String?).flatMap { $0.isEmpty ? nil : $0 } }
    }

    /// A port that others reach, and its addresses.
    public struct Interface: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [
            Property("name", String.self), Property("port", .int32, mayBeAbsent: false),
            Property("ingress", Ingress?.self, "Where it is reached from outside."),
        ]

        public init(_ name: String, port: Int, ingress: Ingress? = nil) {
            document = ["name": .string(name), "port": .integer(Int64(port))]
            document.set("ingress", ingress)
        }

        public var name: String { self["name"] }
        public var port: Int { self["port"] }
        public var ingress: Ingress? {
            get { self["ingress"] }
            set { self["ingress"] = newValue }
        }
    }

    public struct Ingress: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [
            Property("ingressClass", String.self, "Empty: the cluster's default."),
            Property("annotations", [String: String].self), Property("rules", [Rule].self, .required),
        ]

        public init(ingressClass: String, annotations: [String: String] = [:], rules: [Rule]) {
            document = [
                "ingressClass": .string(ingressClass), "rules": .array(rules.map { .object($0.document) }),
            ]
            self["annotations"] = annotations
        }

        public struct Rule: SchemaView {
            public var document: JSONObject
            public init(document: JSONObject) { self.document = document }

            public static let properties = [
                Property("host", String.self), Property("path", String.self), Property("tls", Bool.self),
                Property("tlsSecretName", String?.self, "Instead of the interface's own."),
            ]

            public init(host: String, path: String = "/", tls: Bool = false, tlsSecretName: String? = nil) {
                document = ["host": .string(host), "path": .string(path), "tls": .bool(tls)]
                document.set("tlsSecretName", tlsSecretName)
            }

            public var host: String { self["host"] }
            public var path: String { self["path"] }
            public var tls: Bool { self["tls"] }
            public var tlsSecretName: String? { (self["tlsSecretName"] as String?).flatMap { $0.isEmpty ? nil : $0 } }
        }

        public var ingressClass: String { self["ingressClass"] }
        public var annotations: [String: String] { self["annotations"] }
        public var rules: [Rule] { self["rules"] }
    }

    /// Something that runs from time to time.
    public struct CronJob: SchemaView {
        public var document: JSONObject
        public init(document: JSONObject) { self.document = document }

        public static let properties = [
            Property("name", String.self), Property("suspend", Bool.self), Property("image", Image.self),
            Property("schedule", String.self, "Minute, hour, day, month, weekday; or @hourly, @daily, …"),
            Property("command", [String].self), Property("args", [String].self),
            Property("maxRetries", .int32, mayBeAbsent: true, description: "Counts where backoffLimit is absent."),
            Property("backoffLimit", .int32, mayBeAbsent: true, description: "How often a failed run is tried again."),
            Property("env", [Variable].self), Property("resources", Resources.self),
        ]

        public init(_ name: String, schedule: String, image: Image, resources: Resources, suspend: Bool = false) {
            document = [
                "name": .string(name), "suspend": .bool(suspend), "image": .object(image.document),
                "schedule": .string(schedule), "resources": .object(resources.document),
            ]
        }

        public var name: String { self["name"] }
        public var suspend: Bool { self["suspend"] }
        public var image: Image {
            get { self["image"] }
            set { self["image"] = newValue }
        }
        public var schedule: String { self["schedule"] }
        public var command: [String] { self["command"] }
        public var args: [String] { self["args"] }
        /// One-Click's operator sends 0 where neither is given: failed runs are not tried again.
        public var retries: Int { (self["backoffLimit"] as Int?) ?? (self["maxRetries"] as Int?) ?? 0 }
        public var env: [Variable] { self["env"] }
        public var resources: Resources { self["resources"] }
    }
}
