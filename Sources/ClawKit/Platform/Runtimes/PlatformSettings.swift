public import ClawBase
import ClawDocuments
public import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes

/// What the control plane tells everybody else in the cluster, as a ConfigMap: where it and the gateway are, which
/// models and templates there are. So an orchestrator in another process needs nothing but a kubeconfig.
public enum PlatformSettings {
    public static let namespace = "clawkit-system"
    public static let name = "platform"

    /// Makes the namespace of the platform's own objects, where it is not there.
    public static func makeNamespace(in api: some KubernetesAPI) async throws {
        guard try await api.find(Namespace.self, namespace) == nil else { return }
        do {
            _ = try await api.create(Namespace(metadata: ObjectMeta(name: namespace)))
        } catch let error as KubernetesError where error.isAlreadyExists {
            // Another process was quicker.
        }
    }

    /// The key by which proxies in front of runtimes prove themselves to the access check, made where there is none: the
    /// Secret `clawkit-system/proxy-key`, member `key`.
    public static func proxyKey(in api: some KubernetesAPI) async throws -> Secret<String> {
        try await key(named: proxyKeyName, prefix: "proxy", in: api)
    }

    /// The key of the digests that tell whether runtimes' secrets are others than before: the Secret
    /// `clawkit-system/digest-key`, member `key`.
    static func digestKey(in api: some KubernetesAPI) async throws -> Secret<String> {
        try await key(named: "digest-key", prefix: "digest", in: api)
    }

    private static func key(
        named name: String, prefix: String, in api: some KubernetesAPI
    ) async throws -> Secret<String> {
        try await makeNamespace(in: api)
        if let found = try await api.find(KubernetesSecret.self, name, in: namespace).flatMap(proxyKey) {
            return found
        }
        let made = Token.random(prefix: prefix)
        do {
            _ = try await api.create(
                KubernetesSecret(
                    metadata: ObjectMeta(name: name, namespace: namespace),
                    data: ["key": Base64.encode(Array(made.reveal().utf8))], type: "Opaque"))
            return made
        } catch let error as KubernetesError where error.isAlreadyExists {
            // Another process was quicker.
            let theirs = try await api.get(KubernetesSecret.self, name, in: namespace)
            guard let key = proxyKey(in: theirs) else {
                throw Finding(
                    .badConfig, "The Secret \(namespace)/\(name) has no member 'key'; delete it to have one made.")
            }
            return key
        }
    }

    static let proxyKeyName = "proxy-key"
    /// The ConfigMap of headers that ingress-nginx sends along with its questions.
    static let proxyHeadersName = "proxy-headers"

    /// Tells ingress-nginx the key; only where it differs.
    static func publishProxyHeaders(_ key: Secret<String>, in api: some KubernetesAPI) async throws {
        let data = [TrustedProxies.header.rawName: key.reveal()]
        if try await api.find(ConfigMap.self, proxyHeadersName, in: namespace)?.data == data { return }
        let map = ConfigMap(metadata: ObjectMeta(name: proxyHeadersName, namespace: namespace), data: data)
        _ = try await api.apply(map, manager: "clawkit-control-plane", force: true)
    }

    static func proxyKey(in secret: KubernetesSecret) -> Secret<String>? {
        secret.data["key"].flatMap { Base64.decode($0) }.map { Secret(String(decoding: $0, as: UTF8.self)) }
    }

    /// Writes the settings; only where they differ.
    public static func publish(_ context: RuntimeContext, in api: some KubernetesAPI) async throws {
        try await makeNamespace(in: api)
        let templates = context.templates.map { template -> JSON in
            [
                "name": .string(template.name), "command": .array(template.command.map(JSON.string)),
                "port": .integer(Int64(template.port)),
            ]
        }
        var data = [
            "gatewayURL": context.gatewayURL, "publicURL": context.publicURL,
            "models": JSON.array(context.models.map(JSON.string)).description,
            "templates": JSON.array(templates).description,
        ]
        data["cluster"] = context.cluster
        data["region"] = context.region
        data["domain"] = context.domain
        data["contentImage"] = context.contentImage
        data["accessURL"] = context.accessURL
        if context.driver != .pod { data["driver"] = context.driver.rawValue }
        let live = try await api.find(ConfigMap.self, name, in: namespace)
        if live?.data == data { return }
        let map = ConfigMap(metadata: ObjectMeta(name: name, namespace: namespace), data: data)
        _ = try await api.apply(map, manager: "clawkit-control-plane", force: true)
    }

    /// Reads the settings; nil where the map is not one.
    public static func context(from map: ConfigMap) -> RuntimeContext? {
        guard let gatewayURL = map.data["gatewayURL"], let publicURL = map.data["publicURL"],
            let models = try? JSONParser.parse(Array((map.data["models"] ?? "[]").utf8)).array,
            let templates = try? JSONParser.parse(Array((map.data["templates"] ?? "[]").utf8)).array
        else { return nil }
        var context = RuntimeContext(
            templates: templates.compactMap { template in
                guard let name = template["name"]?.string, let command = template["command"]?.array else { return nil }
                return ClawConfiguration.Template(
                    name: name, command: command.compactMap(\.string),
                    port: template["port"]?.integer.map(Int.init) ?? ClawConfiguration.Template.standardPort)
            },
            models: models.compactMap(\.string), gatewayURL: gatewayURL, publicURL: publicURL,
            domain: map.data["domain"], accessURL: map.data["accessURL"])
        (context.cluster, context.region) = (map.data["cluster"], map.data["region"])
        context.contentImage = map.data["contentImage"]
        context.driver = map.data["driver"].flatMap { RuntimeSpec.Driver(rawValue: $0) } ?? .pod
        return context
    }
}
