public import ClawBase
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources

extension RuntimeContext {
    /// Looks up what of the cluster holds for a runtime, as it is now.
    mutating func complete(for runtime: Runtime, from api: any KubernetesAPI) async throws {
        let project = runtime.namespace ?? ""
        offered = try await api.offeredTemplates(in: project)
        layers = try await api.environmentStatements(project: project, user: runtime.spec.user)
    }

    /// What a runtime is made of: its template with what it says itself instead. A command of its own needs no template;
    /// admission has refused what has neither.
    func blueprint(of runtime: Runtime) -> RuntimeBlueprint {
        var blueprint = template(named: runtime.spec.template) ?? .custom(runtime.spec.command)
        if let image = runtime.spec.image { blueprint.spec.image = image }
        if !runtime.spec.command.isEmpty { blueprint.spec.command = runtime.spec.command }
        return blueprint
    }

    /// What its template says of rest where it says nothing itself. What runs elsewhere the platform does not put to rest.
    func defaults(of runtime: Runtime) -> RuntimeDefaults? {
        guard runtime.spec.placement == nil else { return nil }
        return RuntimeDefaults(of: blueprint(of: runtime).spec, for: runtime.spec)
    }

    /// From which addresses proxies come: this machine's own where everything runs on it, else private ones; a network
    /// policy lets nobody but them come near.
    var proxies: [String] {
        let host = gatewayURL.firstRange(of: "://").map { gatewayURL[$0.upperBound...] } ?? gatewayURL[...]
        let isLocal = ["127.", "localhost", "[::1]"].contains { host.hasPrefix($0) }
        return isLocal
            ? ["127.0.0.1", "::1"] : ["10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"]
    }

    /// Scheme, host and port of what people open.
    func origins(runtime: String, project: String) -> [String] {
        let scheme = publicURL.hasPrefix("https://") ? "https" : "http"
        let rest = publicURL.firstRange(of: "://").map { publicURL[$0.upperBound...] } ?? publicURL[...]
        let authority = rest.prefix { $0 != "/" }
        let port = authority.split(separator: ":").dropFirst().last.map { ":\($0)" } ?? ""
        return ["\(scheme)://\(authority)"] + (domain.map { ["\(scheme)://\(runtime)-\(project).\($0)\(port)"] } ?? [])
    }
}

extension RuntimeSubject {
    init(_ runtime: Runtime, _ blueprint: RuntimeBlueprint, _ models: [String], _ context: RuntimeContext) {
        let project = runtime.namespace ?? ""
        self.init(
            project: project, runtime: runtime.name, user: runtime.spec.user,
            models: models.isEmpty ? context.models : models.filter { $0 != RuntimeCell.noModel },
            modelsURL: "\(context.gatewayURL)/v1", path: "/r/\(project)/\(runtime.name)",
            origins: context.origins(runtime: runtime.name, project: project), proxies: context.proxies,
            template: blueprint.spec)
    }
}

extension RuntimeEnvironment {
    /// All layers of a runtime.
    init(of runtime: Runtime, _ context: RuntimeContext) {
        self.init(of: runtime, context.blueprint(of: runtime), context)
    }

    init(of runtime: Runtime, _ blueprint: RuntimeBlueprint, _ context: RuntimeContext) {
        let statements = context.layers + [blueprint.statement, EnvironmentStatement(runtime)].compactMap(\.self)
        self.init(statements, reserved: RuntimeCell.reserved.union(blueprint.spec.program.reserved))
    }
}

extension RuntimeBlueprint {
    /// What a runtime gets of each resource, and what it asks for and may not.
    func resources(asked: [String: Quantity]) -> (amounts: [String: Quantity], findings: [Finding]) {
        var amounts: [String: Quantity] = [:]
        var findings: [Finding] = []
        for (name, range) in spec.resources { amounts[name] = range.default ?? range.min ?? range.max }
        for (name, amount) in asked.sorted(by: { $0.key < $1.key }) {
            let place = "spec.resources.\(name)"
            guard let wanted = amount.nanoUnits, wanted >= 0 else {
                findings.append(Finding(.badQuantity, "'\(amount)' is no amount; write 500m, 2Gi.", field: place))
                continue
            }
            amounts[name] = amount
            // Whoever brings the program says what it needs.
            guard namespace != nil else { continue }
            let range = spec.resources[name]
            let most = range?.max ?? range?.default
            let least = range?.min
            if let most, let limit = most.nanoUnits, wanted <= limit, wanted >= least?.nanoUnits ?? 0 { continue }
            let allowed =
                most.map { most in least.map { "from \($0) to \(most)" } ?? "up to \(most)" } ?? "nothing of it"
            findings.append(
                Finding(
                    .resourceRange, "The template '\(self.name)' gives \(allowed), not \(amount); ask for that.",
                    field: place))
        }
        return (amounts, findings)
    }

    /// Ranges that nothing fits in.
    var rangeFindings: [Finding] {
        spec.resources.sorted { $0.key < $1.key }.compactMap { name, range in
            let stated = [range.min, range.default, range.max].compactMap(\.self).map(\.nanoUnits)
            let known = stated.compactMap(\.self)
            if known.count == stated.count, known == known.sorted() { return nil }
            return Finding(
                .badQuantity, "min, default and max of \(name) must be amounts, each at least the one before it.",
                field: "spec.resources.\(name)")
        }
    }

    /// The runtime's own wish, else its template's.
    func volume(of runtime: Runtime) -> RuntimeVolume {
        if runtime.spec.document["volume"] != nil { return runtime.spec.volume }
        return spec.volume ?? RuntimeVolume(document: [:])
    }
}

extension FindingCode {
    /// More or less of a resource than the template gives.
    public static let resourceRange = FindingCode(rawValue: "E_RESOURCE_RANGE")
    /// Files that a template wants cannot be brought here.
    public static let contentUndeliverable = FindingCode(rawValue: "E_CONTENT_UNDELIVERABLE")
}
