public import ClawBase
public import ClawResources

/// Who says something about a runtime's environment, from the widest: a narrower one goes over a wider one.
public enum EnvironmentLayer: String, Sendable, Hashable, CaseIterable, Comparable {
    case platform, template, project, user, runtime

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    public static func < (a: Self, b: Self) -> Bool { a.rank < b.rank }
}

/// Where a variable comes from.
public struct EnvironmentOrigin: Sendable, Hashable, CustomStringConvertible {
    public var layer: EnvironmentLayer
    /// `EnvironmentSet demo/project`, `RuntimeTemplate clawkit-system/openclaw`.
    public var object: String

    public init(_ layer: EnvironmentLayer, _ object: String) { (self.layer, self.object) = (layer, object) }

    public var description: String { "\(layer.rawValue) (\(object))" }
}

/// What one layer says of the environment.
public struct EnvironmentStatement: Sendable, Hashable {
    public struct Variable: Sendable, Hashable {
        public var name: String
        public var content: RuntimeEnvironment.Content

        public init(_ name: String, _ content: RuntimeEnvironment.Content) { (self.name, self.content) = (name, content) }
    }

    public var origin: EnvironmentOrigin
    public var variables: [Variable]
    /// Names that no narrower layer may set.
    public var locked: Set<String>
    public var rotation: EnvironmentSpec.Rotation?
    public var reload: EnvironmentReload?
    public var refresh: Duration?
    /// What it says and may not.
    var findings: [Finding] = []

    public init(
        _ origin: EnvironmentOrigin, _ variables: [Variable] = [], locked: Set<String> = [],
        rotation: EnvironmentSpec.Rotation? = nil, refresh: Duration? = nil
    ) {
        (self.origin, self.variables, self.locked) = (origin, variables, locked)
        (self.rotation, self.refresh) = (rotation, refresh)
    }
}

extension EnvironmentStatement {
    /// - Parameter namespace: where the object that says it stands: its Secrets are looked for there.
    init(
        _ origin: EnvironmentOrigin, in namespace: String, variables: [EnvironmentVariable], locked: [String],
        rotation: EnvironmentSpec.Rotation?, refreshSeconds: Int?
    ) {
        self.init(
            origin, locked: Set(locked), rotation: rotation, refresh: refreshSeconds.map { .seconds($0) })
        for variable in variables {
            do throws(Finding) {
                self.variables.append(Variable(variable.name, try variable.content(in: namespace)))
            } catch {
                findings.append(error.at("\(origin.object): \(variable.name)"))
            }
        }
    }

    init(_ set: EnvironmentSet, _ layer: EnvironmentLayer) {
        let namespace = set.namespace ?? ""
        self.init(
            EnvironmentOrigin(layer, "EnvironmentSet \(namespace)/\(set.name)"), in: namespace,
            variables: set.spec.variables, locked: set.spec.locked, rotation: set.spec.rotation,
            refreshSeconds: set.spec.refreshSeconds)
        reload = set.spec.reload
    }

    /// The runtime's own. What only the cluster can look up (`valueFrom`) is left to it.
    init(_ runtime: Runtime) {
        self.init(
            EnvironmentOrigin(.runtime, "Runtime \(runtime.namespace ?? "")/\(runtime.name)"),
            runtime.spec.env.map { variable in
                Variable(variable.name, variable.valueFrom == nil ? .value(variable.value ?? "") : .cluster(variable))
            })
    }
}

extension EnvironmentVariable {
    fileprivate func content(in namespace: String) throws(Finding) -> RuntimeEnvironment.Content {
        if let value { return .value(value) }
        if let secret {
            return .sourced(ValueReference(.secret(namespace: namespace, name: secret.name), key: secret.key))
        }
        if let vault {
            return .sourced(
                ValueReference(
                    .vault(store: vault.store, path: vault.path, version: vault.version, namespace: namespace),
                    key: vault.key))
        }
        // Whoever may name a file of the orchestrator's machine may read all of them.
        guard namespace == PlatformSettings.namespace else {
            throw Finding(
                .environmentSource,
                "Only layers in the namespace \(PlatformSettings.namespace) read files and the environment of the "
                    + "orchestrator; keep the value in a Secret.")
        }
        if let file { return .sourced(ValueReference(.file(file), key: "")) }
        if let environment { return .sourced(ValueReference(.environment(environment), key: "")) }
        throw Finding(.environmentSource, "The variable has no value; give it one of value, secret and vault.")
    }
}

extension Finding {
    func at(_ place: String) -> Finding {
        var finding = self
        finding.field = place
        return finding
    }
}

extension FindingCode {
    /// The layer may not name a source of that kind, or not that one.
    public static let environmentSource = FindingCode(rawValue: "E_ENV_SOURCE")
    /// A wider layer keeps the name to itself.
    public static let environmentLocked = FindingCode(rawValue: "E_ENV_LOCKED")
}
