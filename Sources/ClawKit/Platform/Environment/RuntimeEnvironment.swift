public import ClawBase
public import ClawModels
public import ClawResources

/// A runtime's environment, merged from its layers, each variable with where it comes from. Pure.
///
/// The narrowest layer that sets a name has it, unless a wider one locked the name, or the platform sets it itself:
/// then what the narrower one says does not count, and is told in ``findings``.
public struct RuntimeEnvironment: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        /// No secret: it stands in objects as it is.
        case value(String)
        /// Kept elsewhere, and delivered through the runtime's Secret.
        case sourced(ValueReference)
        /// Looked up by the node: the `valueFrom` of a pod.
        case cluster(EnvVar)
    }

    public struct Variable: Sendable, Hashable {
        public var name: String
        public var content: Content
        public var origin: EnvironmentOrigin
        /// Who says something else of it, the narrowest first.
        public var overrides: [EnvironmentOrigin] = []
    }

    /// In the order in which they are set: wide layers first, so that narrower ones can refer to them as `$(NAME)`.
    public let variables: [Variable]
    /// What layers say and may not.
    public let findings: [Finding]
    /// What happens when a secret changes at its source: what the narrowest layer says that says anything.
    public let rotation: EnvironmentSpec.Rotation
    /// How the program hears of that; nil: not at all.
    public let reload: EnvironmentReload?
    /// How often sources are asked.
    public let refresh: Duration

    public static let standardRefresh = Duration.seconds(60)

    /// - Parameters:
    ///   - statements: in any order; one for each layer.
    ///   - reserved: the names that the platform sets itself.
    public init(_ statements: [EnvironmentStatement], reserved: Set<String>) {
        let layers = statements.sorted { $0.origin.layer < $1.origin.layer }
        var variables: [String: Variable] = [:]
        var order: [String] = []
        var findings: [Finding] = []
        var locks: [String: EnvironmentOrigin] = [:]
        for layer in layers {
            findings += layer.findings
            for variable in layer.variables {
                if let finding = Self.refusal(of: variable.name, layer.origin, reserved, locks) {
                    findings.append(finding)
                    continue
                }
                let wider = variables[variable.name]
                variables[variable.name] = Variable(
                    name: variable.name, content: variable.content, origin: layer.origin,
                    overrides: wider.map { [$0.origin] + $0.overrides } ?? [])
                order.removeAll { wider != nil && $0 == variable.name }
                order.append(variable.name)
            }
            for name in layer.locked where locks[name] == nil { locks[name] = layer.origin }
        }
        self.variables = order.compactMap { variables[$0] }
        self.findings = findings
        rotation = layers.last { $0.rotation != nil }?.rotation ?? .restart
        reload = layers.last { $0.reload != nil }?.reload
        refresh = layers.last { $0.refresh != nil }?.refresh ?? Self.standardRefresh
    }

    private static func refusal(
        of name: String, _ origin: EnvironmentOrigin, _ reserved: Set<String>, _ locks: [String: EnvironmentOrigin]
    ) -> Finding? {
        let place = origin.layer == .runtime ? "spec.env[\(name)]" : "\(origin.object): \(name)"
        if reserved.contains(name) {
            let whose = origin.layer == .runtime ? "the runtime" : origin.object
            return Finding(
                .reservedVariable, "The platform sets \(name) itself; take it out of \(whose).", field: place)
        }
        guard let lock = locks[name] else { return nil }
        return Finding(
            .environmentLocked, "\(name) is locked by the layer \(lock); take it out, or have it unlocked there.",
            field: place)
    }

    /// What the runtime itself says and may not: that refuses it. What wider layers may not does not count, and is
    /// told in their own status.
    public var refusals: [Finding] {
        findings.filter { $0.field?.hasPrefix("spec.env[") ?? false }
    }

    /// The values that are to be had from sources, by variable.
    public var references: [String: ValueReference] {
        var references: [String: ValueReference] = [:]
        for variable in variables {
            if case .sourced(let reference) = variable.content { references[variable.name] = reference }
        }
        return references
    }
}
