public import ClawCustomResources

/// An address of a project: which host and path lead to which runtime or service, and who may enter.
public struct Route: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(group: ClawGroup.name, version: ClawGroup.version, kind: "Route")
    public static let summary =
        "An address of a project: which host and path lead to which runtime or service, and who may enter."
    public static let properties = [
        Property("spec", RouteSpec.self), Property("status", RouteStatus?.self),
    ]
    public static let columns = [
        PrinterColumn("Host", "string", ".spec.host"), PrinterColumn("Path", "string", ".spec.path"),
        PrinterColumn("Access", "string", ".spec.access"),
        PrinterColumn("Routed", "string", #".status.conditions[?(@.type=="Routed")].status"#),
        PrinterColumn("Reason", "string", #".status.conditions[?(@.type=="Routed")].reason"#), .age,
    ]

    public init(metadata: ObjectMeta, spec: RouteSpec) {
        self.init(metadata)
        self.spec = spec
    }

    public var spec: RouteSpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }

    public var status: RouteStatus {
        get { self["status"] }
        set { self["status"] = newValue }
    }
}

/// Who may enter by a route.
public enum RouteAudience: String, SchemaEnum {
    /// A runtime's own user, the project's owners and managers, administrators; of a service, the last two.
    case owner
    /// Every member of the project.
    case project
    /// Everybody who is signed in.
    case signedIn
    /// Everybody.
    case everybody
}

public struct RouteSpec: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let properties = [
        Property(
            "host", String.self, "The host name, in lower case, without a port.", .length(1...253),
            .pattern(#"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"#)),
        // What every proxy reads alike: nothing that is quoted, encoded or shortened.
        Property(
            "path", String.self, "What paths begin with, in whole segments.", default: "/", .length(1...256),
            .pattern("^/([A-Za-z0-9_~-][A-Za-z0-9._~-]*(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*)?$")),
        Property("runtime", String?.self, "The runtime behind it.", .length(1...63)),
        Property("service", RouteService?.self, "The service behind it."),
        Property("access", RouteAudience.self, "Who may enter.", default: .owner),
        Property("tls", RouteTLS?.self, "How connections are secured; absent: as the proxy does where nothing is said."),
    ]
    public static let rules = [
        SchemaRule("has(self.runtime) != has(self.service)", "a route leads to a runtime or to a service")
    ]

    /// A route to a runtime.
    public init(host: String, path: String = "/", runtime: String, access: RouteAudience = .owner, tlsSecret: String? = nil) {
        document = ["host": .string(host), "path": .string(path), "runtime": .string(runtime)]
        (self.access, tls) = (access, tlsSecret.map { RouteTLS(secretName: $0) })
    }

    /// A route to a service.
    public init(
        host: String, path: String = "/", service: String, port: Int, access: RouteAudience = .owner,
        tlsSecret: String? = nil
    ) {
        document = ["host": .string(host), "path": .string(path)]
        self["service"] = RouteService(name: service, port: port)
        (self.access, tls) = (access, tlsSecret.map { RouteTLS(secretName: $0) })
    }

    public var host: String { self["host"] }
    public var path: String { self["path", default: "/"] }
    public var runtime: String? { self["runtime"] }
    public var service: RouteService? { self["service"] }
    public var access: RouteAudience {
        get { self["access", default: .owner] }
        set { self["access"] = newValue }
    }
    public var tls: RouteTLS? {
        get { self["tls"] }
        set { self["tls"] = newValue }
    }
}

/// A service of the route's namespace.
public struct RouteService: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property("name", .string, mayBeAbsent: false, description: "The service's name.", Constraint.label),
        Property("port", Int.self, "The service's port.", .range(1...65535)),
    ]
    public init(name: String, port: Int) { document = ["name": .string(name), "port": .integer(Int64(port))] }
    public var name: String { self["name"] }
    public var port: Int { self["port"] }
}

public struct RouteTLS: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property(
            "secretName", .string, mayBeAbsent: false, description: "A Secret of type kubernetes.io/tls.",
            Constraint.label)
    ]
    public init(secretName: String) { document = ["secretName": .string(secretName)] }
    public var secretName: String { self["secretName"] }
}

public struct RouteStatus: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public init() { document = JSONObject() }

    public static let properties = [
        Property("url", String?.self, "Where it leads from."), Property.conditions,
    ]
    public var url: String? {
        get { self["url"] }
        set { self["url"] = newValue }
    }
    /// `Routed`: whether the address is its own and told to the proxies, or why not.
    public var conditions: [Condition] {
        get { self["conditions"] }
        set { self["conditions"] = newValue }
    }
}
