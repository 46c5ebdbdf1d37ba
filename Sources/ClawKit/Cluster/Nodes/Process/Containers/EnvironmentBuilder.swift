import ClawKubernetes
import ClawModels

/// A container's environment, from everything that may stand in it.
struct EnvironmentBuilder {
    let pod: Pod
    let container: Container
    let sources: PodSources
    let rewriting: PathRewriting
    /// Port key → the port in use.
    let ports: [String: Int]
    private(set) var variables: [String: String]

    /// - Parameter base: what the node gives every container; declared variables go over it.
    init(
        _ pod: Pod, _ container: Container, base: [String: String], sources: PodSources, rewriting: PathRewriting,
        ports: [String: Int]
    ) {
        (self.pod, self.container, self.sources) = (pod, container, sources)
        (self.rewriting, self.ports, variables) = (rewriting, ports, base)
        for (index, port) in container.ports.enumerated() {
            guard let actual = ports[PodEndpoint.key(of: port)] else { continue }
            variables["PORT_\(Self.variableName(PodEndpoint.key(of: port)))"] = String(actual)
            if index == 0 { variables["PORT"] = String(actual) }
        }
    }

    /// `envFrom` in order, then `env` in order: later ones win, and may refer to earlier ones as `$(NAME)`.
    mutating func addDeclared() async throws {
        for source in container.envFrom {
            let prefix = source.prefix ?? ""
            for (name, value) in try await values(from: source) where Self.isName(prefix + name) {
                set(prefix + name, value)
            }
        }
        for variable in container.env {
            if let source = variable.valueFrom {
                if let value = try await value(from: source) { set(variable.name, value) }
            } else {
                let known = variables
                set(variable.name, VariableExpansion.expand(variable.value ?? "") { known[$0] })
            }
        }
    }

    private mutating func set(_ name: String, _ value: String) {
        variables[name] = name == "PORT" ? actualPort(value) : rewriting.rewrite(value)
    }

    /// `PORT` set to a declared container port means the port that stands for it.
    private func actualPort(_ value: String) -> String {
        guard let number = Int(value), let port = container.ports.first(where: { $0.containerPort == number }),
            let actual = ports[PodEndpoint.key(of: port)]
        else { return value }
        return String(actual)
    }

    private func values(from source: EnvFromSource) async throws -> [(String, String)] {
        if let reference = source.secretRef {
            let secret = try await sources.secret(reference.name ?? "", isOptional: reference.optional ?? false)
            return (secret ?? [:]).sorted { $0.key < $1.key }.map {
                ($0.key, String(decoding: $0.value, as: UTF8.self))
            }
        }
        if let reference = source.configMapRef {
            let map = try await sources.configMap(reference.name ?? "", isOptional: reference.optional ?? false)
            return (map ?? [:]).sorted { $0.key < $1.key }.map { ($0.key, String(decoding: $0.value, as: UTF8.self)) }
        }
        return []
    }

    private func value(from source: EnvVarSource) async throws -> String? {
        if let field = source.fieldRef { return try FieldReference.value(field.fieldPath, of: pod) }
        if let key = source.secretKeyRef {
            let isOptional = key.optional ?? false
            guard let secret = try await sources.secret(key.name ?? "", isOptional: isOptional) else { return nil }
            return try find(key.key, in: secret, isOptional, "Secret", key.name)
        }
        if let key = source.configMapKeyRef {
            let isOptional = key.optional ?? false
            guard let map = try await sources.configMap(key.name ?? "", isOptional: isOptional) else { return nil }
            return try find(key.key, in: map, isOptional, "ConfigMap", key.name)
        }
        throw ConfigurationProblem("only secretKeyRef, configMapKeyRef and fieldRef are known to process nodes")
    }

    private func find(
        _ key: String, in data: [String: [UInt8]], _ isOptional: Bool, _ kind: String, _ name: String?
    ) throws(ConfigurationProblem) -> String? {
        if let value = data[key] { return String(decoding: value, as: UTF8.self) }
        if isOptional { return nil }
        throw ConfigurationProblem("couldn't find key \(key) in \(kind) \(pod.namespace ?? "")/\(name ?? "")")
    }

    /// `my-data` → `MY_DATA`
    static func variableName(_ text: String) -> String {
        String(text.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "=") }
    }
}
