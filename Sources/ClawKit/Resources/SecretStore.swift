public import ClawCustomResources

/// A server that keeps secrets, and who may have variables from it: HashiCorp Vault's HTTP API, or one that speaks it.
///
/// Of the cluster, not of a namespace: only the cluster's administrators say whom the platform shows its tokens to.
public struct SecretStore: CustomResource {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }

    public static let type = ResourceType(
        group: ClawGroup.name, version: ClawGroup.version, kind: "SecretStore", isNamespaced: false)
    public static let summary = "A server that keeps secrets for runtimes' environments, with Vault's HTTP API."
    public static let properties = [
        Property("spec", SecretStoreSpec.self), Property("status", ConditionedStatus?.self),
    ]
    public static let columns = [
        PrinterColumn("Address", "string", ".spec.vault.address"),
        PrinterColumn("Accepted", "string", #".status.conditions[?(@.type=="Accepted")].status"#),
        PrinterColumn("Reachable", "string", #".status.conditions[?(@.type=="Reachable")].status"#),
        PrinterColumn("Message", "string", #".status.conditions[?(@.type=="Reachable")].message"#, priority: 1), .age,
    ]

    public init(name: String, vault: VaultConnection, projects: [String] = []) {
        self.init(ObjectMeta(name: name))
        spec = SecretStoreSpec(document: ["vault": .object(vault.document)])
        spec.projects = projects
    }

    public var spec: SecretStoreSpec {
        get { self["spec"] }
        set { self["spec"] = newValue }
    }

    public var status: ConditionedStatus {
        get { self["status"] }
        set { self["status"] = newValue }
    }
}

public struct SecretStoreSpec: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property("vault", VaultConnection.self, "The server."),
        Property(
            "projects", [String].self,
            "Projects whose own layers may name it; \"*\": all. The platform's own layer always may.", .set,
            .count(...1024)),
    ]
    public var vault: VaultConnection { self["vault"] }
    public var projects: [String] {
        get { self["projects"] }
        set { self["projects"] = newValue }
    }
}

public struct VaultConnection: SchemaView {
    public enum Engine: String, SchemaEnum {
        /// Key and value with versions: <https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2>
        case kv2 = "KV2"
        /// Whatever a read of the path answers: credentials made for the asker, with a lease.
        case dynamic = "Dynamic"
    }

    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property(
            "address", String.self, "https, or http on this machine.",
            .pattern("^(https://|http://(127[.]0[.]0[.]1|localhost|\\[::1\\])(:|/|$))")),
        Property(
            "caCertificate", String?.self,
            "Who may vouch for the server, as PEM; the authorities that this machine trusts if absent.",
            .length(1...65536)),
        Property("namespace", String?.self, "Vault's own, where there are any.", .length(1...256)),
        Property("mount", String.self, "Where the engine is mounted.", default: "secret"),
        Property("engine", Engine.self, "What is mounted there.", default: .kv2),
        Property("token", SecretEntry?.self, "The entry of a Secret in clawkit-system with a token."),
        Property("kubernetes", VaultKubernetesLogin?.self, "A token is got for that of a service account."),
    ]
    public static let rules = [
        SchemaRule("has(self.token) != has(self.kubernetes)", "a store has either token or kubernetes")
    ]

    public init(address: String, token: (secret: String, key: String), namespace: String? = nil, mount: String = "secret") {
        document = [
            "address": .string(address), "mount": .string(mount),
            "token": ["name": .string(token.secret), "key": .string(token.key)],
        ]
        self["namespace"] = namespace
    }
    public init(address: String, kubernetes: VaultKubernetesLogin, namespace: String? = nil, mount: String = "secret") {
        document = [
            "address": .string(address), "mount": .string(mount), "kubernetes": .object(kubernetes.document),
        ]
        self["namespace"] = namespace
    }

    public var address: String { self["address"] }
    public var caCertificate: String? {
        get { self["caCertificate"] }
        set { self["caCertificate"] = newValue }
    }
    public var namespace: String? { self["namespace"] }
    public var mount: String { self["mount", default: "secret"] }
    public var engine: Engine {
        get { self["engine", default: .kv2] }
        set { self["engine"] = newValue }
    }
    public var token: SecretEntry? { self["token"] }
    public var kubernetes: VaultKubernetesLogin? { self["kubernetes"] }
}

/// <https://developer.hashicorp.com/vault/api-docs/auth/kubernetes>
public struct VaultKubernetesLogin: SchemaView {
    public var document: JSONObject
    public init(document: JSONObject) { self.document = document }
    public static let properties = [
        Property("role", String.self, "Vault's role.", .length(1...253)),
        Property("mount", String.self, "Where the method is mounted.", default: "kubernetes"),
        Property(
            "serviceAccount", String.self,
            "Whose token is shown: that of this name in the namespace of the layer that names the store.",
            default: "default"),
        Property("audience", String?.self, "Whom the token is for; the API server if absent."),
    ]
    public init(role: String, serviceAccount: String = "default", audience: String? = nil) {
        document = ["role": .string(role), "serviceAccount": .string(serviceAccount)]
        self["audience"] = audience
    }
    public var role: String { self["role"] }
    public var mount: String { self["mount", default: "kubernetes"] }
    public var serviceAccount: String { self["serviceAccount", default: "default"] }
    public var audience: String? { self["audience"] }
}
