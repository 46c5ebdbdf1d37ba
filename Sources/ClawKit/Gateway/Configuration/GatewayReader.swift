import ClawBase
import ClawDialects
import ClawPlatform
import Yams

/// Reads the gateway's sections of `claw.yaml`, and notes what is wrong, with lines.
struct GatewayReader {
    typealias Members = ConfigurationReader.Members

    var reader: ConfigurationReader
    var notes: [Finding] = []
    /// The names that routes fall back on, and where they stand: whether there are such models is known at the end.
    var namedModels: [(name: String, node: Node?, place: String)] = []

    static let gatewayNames = ["admission", "cache", "connectTimeout", "defaults", "liteLLMHeaders", "masterKey"]
    static let admissionNames = ["underWay", "waiting", "waitingEach", "longestWait"]
    static let cacheNames = ["keep", "entries", "bytes", "answerBytes"]
    static let modelNames = ["name", "aliases", "accessGroups", "upstreams"]

    init(file: String) { reader = ConfigurationReader(file: file) }

    var findings: [Finding] { reader.findings }

    mutating func configuration(_ yaml: String) -> GatewayConfiguration {
        var configuration = GatewayConfiguration()
        guard let root = reader.root(yaml),
            let members = reader.members(root, at: "", known: ConfigurationReader.sections)
        else { return configuration }
        var defaults = RoutePolicy()
        if let gateway = members["gateway"].flatMap({ gateway($0, &configuration) }), let node = gateway["defaults"],
            let members = reader.members(node, at: "gateway.defaults", known: Self.policyNames)
        {
            read(&defaults, members)
        }
        if let nodes = reader.list(members, "models"), !nodes.isEmpty {
            configuration.models = models(nodes, defaults)
            checkNames(configuration.models)
        }
        if let nodes = reader.list(members, "keys") { configuration.keys = keys(nodes) }
        if let nodes = reader.list(members, "guardrails") { configuration.guardrails = guardrails(nodes) }
        if let nodes = reader.list(members, "limits") { configuration.limits = limits(nodes) }
        configuration.notes = notes
        return configuration
    }

    private mutating func gateway(_ node: Node, _ configuration: inout GatewayConfiguration) -> Members? {
        guard let members = reader.members(node, at: "gateway", known: Self.gatewayNames) else { return nil }
        if let limit = reader.duration(members, "connectTimeout") { configuration.connectTimeout = limit }
        configuration.sendsLiteLLMHeaders = reader.boolean(members, "liteLLMHeaders") ?? false
        configuration.masterKey = reader.secretLocation(members, "masterKey")
        if let node = members["admission"] { read(&configuration.admission, node) }
        if let node = members["cache"] { read(&configuration.cache, node) }
        return members
    }

    private mutating func read(_ limits: inout FairAdmission.Limits, _ node: Node) {
        guard let members = reader.members(node, at: "gateway.admission", known: Self.admissionNames) else { return }
        limits.underWay = reader.integer(members, "underWay", in: 1...1_000_000) ?? limits.underWay
        limits.waiting = reader.integer(members, "waiting", in: 0...1_000_000) ?? limits.waiting
        limits.waitingEach = reader.integer(members, "waitingEach", in: 0...1_000_000) ?? limits.waitingEach
        limits.longestWait = positive(members, "longestWait") ?? limits.longestWait
    }

    private mutating func read(_ cache: inout AnswerCache.Settings, _ node: Node) {
        guard let members = reader.members(node, at: "gateway.cache", known: Self.cacheNames) else { return }
        cache.timeToLive = reader.duration(members, "keep")
        cache.entries = reader.integer(members, "entries", in: 1...100_000_000) ?? cache.entries
        cache.bytes = reader.integer(members, "bytes", in: 1...(1 << 40)) ?? cache.bytes
        cache.answerBytes = reader.integer(members, "answerBytes", in: 1...(1 << 40)) ?? cache.answerBytes
    }

    private mutating func models(_ nodes: [Node], _ defaults: RoutePolicy) -> [DeclaredModel] {
        var lines: [String: Int] = [:]
        return nodes.enumerated().compactMap { model($1, at: "models[\($0)]", defaults, &lines) }
    }

    /// - Parameter lines: where names stand that are taken.
    mutating func model(
        _ node: Node, at place: String, _ defaults: RoutePolicy, _ lines: inout [String: Int]
    ) -> DeclaredModel? {
        guard let members = reader.members(node, at: place, known: Self.modelNames + Self.policyNames) else { return nil }
        let name = reader.requiredText(members, "name").flatMap {
            reader.alias(members["name"], $0, at: members.place(of: "name"))
        }
        if let name { reader.noteName(name, members, &lines) }
        if let name, name.count(where: { $0 == "*" }) > 1 {
            reader.fail(members["name"], "\(place).name may have one '*'; leave the others away.")
        }
        var policy = defaults
        read(&policy, members)
        let aliases = reader.names(members, "aliases") ?? []
        for alias in aliases {
            if reader.alias(members["aliases"], alias, at: "\(place).aliases") == nil { continue }
            if let line = lines.updateValue(members["aliases"]?.mark?.line ?? 0, forKey: alias) {
                reader.fail(members["aliases"], "The name '\(alias)' is taken by line \(line); choose another.")
            }
        }
        let groups = reader.names(members, "accessGroups") ?? []
        guard let nodes = reader.list(members, "upstreams"), !nodes.isEmpty else {
            if members.lacks("upstreams") || reader.list(isEmpty: members["upstreams"]) {
                reader.fail(node, "\(place).upstreams is missing; name at least one upstream.")
            }
            return nil
        }
        let upstreams = nodes.enumerated().compactMap { upstream($1, at: "\(place).upstreams[\($0)]", of: name) }
        if upstreams.count == nodes.count, upstreams.allSatisfy({ $0.traits.weight == 0 }) {
            reader.fail(members["upstreams"], "\(place).upstreams all have weight 0; give one of them more.")
        }
        guard let name else { return nil }
        var model = DeclaredModel(name, upstreams, policy: policy)
        (model.aliases, model.accessGroups) = (aliases, Set(groups))
        return model
    }

    /// Finds names of models that nobody declares.
    private mutating func checkNames(_ models: [DeclaredModel]) {
        let known = models.flatMap { [$0.name] + $0.aliases }
        for named in namedModels where !known.contains(where: { ModelPattern($0).matches(named.name) }) {
            let hint = NearestName.nearest(to: named.name, in: known).map { "did you mean '\($0)'?" }
            reader.fail(
                named.node, "\(named.place) names the model '\(named.name)', which is not declared; \(hint ?? "declare it.")")
        }
    }
}
