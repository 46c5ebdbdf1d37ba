import ClawBase
import ClawDialects
import ClawLedger
import ClawPlatform
import HTTPTypes
import Yams

extension GatewayReader {
    static let ownNames = [
        "name", "dialect", "model", "weight", "order", "requestsPerMinute", "tokensPerMinute", "requestsAtOnce",
        "contextTokens", "tags", "canContinue", "prices", "health",
    ]
    static let healthNames = ["every", "within", "method"]
    static let remoteNames = [
        "baseURL", "pool", "key", "aws", "headers", "apiVersion", "outputLimitName", "sendsReasoning", "streamsUsage",
        "servesResponses", "defaultOutputLimit",
    ]

    mutating func upstream(_ node: Node, at place: String, of model: String?) -> DeclaredDeployment? {
        guard let members = reader.members(node, at: place, known: Self.ownNames + Self.remoteNames),
            let dialect = dialect(members)
        else { return nil }
        var upstream: DeclaredUpstream?
        switch dialect {
        case .builtIn:
            for name in Self.remoteNames where members[name] != nil {
                reader.fail(
                    members[name],
                    "\(members.place(of: name)) means nothing for the built-in dialect echo; remove it.")
            }
            upstream = .echo
        case .http(let dialect): upstream = http(dialect, members, of: model)
        }
        guard let upstream else { return nil }
        var deployment = DeclaredDeployment(upstream, name: reader.text(members, "name"), traits: traits(members))
        deployment.canContinue = reader.boolean(members, "canContinue") ?? false
        deployment.prices = prices(members) ?? (dialect == .builtIn ? .own(.free) : .listed)
        if let node = members["health"] { deployment.health = health(node, members.place(of: "health"), dialect) }
        noteUnknownPrice(deployment, members)
        return deployment
    }

    private mutating func health(_ node: Node, _ place: String, _ dialect: Dialect) -> DeclaredHealthCheck? {
        guard let members = reader.members(node, at: place, known: Self.healthNames) else { return nil }
        if members.lacks("every") { reader.fail(node, "\(place).every is missing; add it, such as 60s.") }
        guard let every = positive(members, "every") else { return nil }
        var check = DeclaredHealthCheck(every: every)
        check.within = positive(members, "within") ?? check.within
        check.method = reader.choice(members, "method", of: DeclaredHealthCheck.Method.self) ?? check.method
        if check.method == .models, [.http(.azureOpenAI), .http(.bedrock)].contains(dialect) {
            reader.fail(node, "\(place).method: this dialect has no list of models to ask for; write method: chat.")
        }
        return check
    }

    /// A provider's model that the list does not know is worth a note.
    private mutating func noteUnknownPrice(_ deployment: DeclaredDeployment, _ members: Members) {
        guard deployment.isUnpriced(for: deployment.upstream), case .http(let baseURL, let target, _, _) = deployment.upstream,
            !target.model.contains("*"), let provider = PriceTable.provider(target.dialect, baseURL)
        else { return }
        notes.append(
            Finding(
                .priceUnknown,
                "The bundled list has no price for \(provider)/\(target.model): its calls count as free, and are refused to "
                    + "whose money is limited; add \(members.place(of: "prices")).", field: reader.place(of: members.node)))
    }

    private enum Dialect: Equatable {
        case builtIn
        case http(UpstreamDialect)
    }

    private mutating func dialect(_ members: Members) -> Dialect? {
        guard let name = reader.requiredText(members, "dialect") else { return nil }
        if name == "echo" { return .builtIn }
        if let dialect = UpstreamDialect.configured[name] { return .http(dialect) }
        let known = UpstreamDialect.configuredNames + ["echo"]
        let hint = NearestName.nearest(to: name, in: known).map { "did you mean '\($0)'?" }
        reader.fail(
            members["dialect"],
            "The dialect '\(name)' is not known; \(hint ?? "known are \(known.joined(separator: ", ")).")")
        return nil
    }

    private mutating func http(_ dialect: UpstreamDialect, _ members: Members, of model: String?) -> DeclaredUpstream? {
        let (url, pool) = members["pool"] == nil ? (baseURL(members), nil) : (nil, pool(dialect, members))
        var target = UpstreamTarget(
            dialect, model: reader.text(members, "model") ?? model ?? "",
            outputLimitName: reader.choice(members, "outputLimitName", of: UpstreamTarget.OutputLimitName.self),
            sendsReasoning: reader.boolean(members, "sendsReasoning"),
            streamsUsage: reader.boolean(members, "streamsUsage") ?? true,
            servesResponses: reader.boolean(members, "servesResponses") ?? false,
            apiVersion: reader.text(members, "apiVersion"))
        if let limit = reader.integer(members, "defaultOutputLimit", in: 1...10_000_000) {
            target.defaultOutputLimit = limit
        }
        if target.model.contains("*"), !(model?.contains("*") ?? false) {
            reader.fail(
                members["model"] ?? members.node,
                "\(members.place(of: "model")) has a '*', and the model's own name has none that it could stand for.")
        }
        var headers: [String: String] = [:]
        for header in reader.texts(members, "headers") {
            if HTTPField.Name(header.name) == nil {
                reader.fail(members["headers"], "\(members.place(of: "headers")) has '\(header.name)', no header's name.")
            }
            headers[header.name] = header.value
        }
        let key = key(dialect, members)
        if let pool { return .pool(pool, target, key: key, headers: headers) }
        return url.map { .http(baseURL: $0, target, key: key, headers: headers) }
    }

    /// `namespace/name`, or a mapping that also says the path and the scheme.
    private mutating func pool(_ dialect: UpstreamDialect, _ members: Members) -> DeclaredPool? {
        guard let node = members["pool"] else { return nil }
        let place = members.place(of: "pool")
        if members["baseURL"] != nil { reader.fail(node, "'pool' and 'baseURL' exclude each other; keep one.") }
        if [.azureOpenAI, .bedrock].contains(dialect) {
            reader.fail(node, "\(place): pods speak openai, anthropic, ollama or gemini; choose another dialect.")
        }
        let path = dialect == .openAI ? "/v1" : ""
        if node.scalar != nil {
            guard let text = reader.text(members, "pool") else { return nil }
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            if parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) { return DeclaredPool(parts[1], in: parts[0], path: path) }
            reader.fail(node, "\(place) must be namespace/name, or a mapping with both.")
            return nil
        }
        guard let members = reader.members(node, at: place, known: ["namespace", "name", "path", "scheme"]) else { return nil }
        var pool = DeclaredPool(
            reader.requiredText(members, "name") ?? "", in: reader.requiredText(members, "namespace") ?? "", path: path)
        if let text = reader.text(members, "path") {
            pool.path = text == "/" ? "" : text
            if !text.hasPrefix("/") || UpstreamURL.problem(with: "http://pod\(text)") != nil {
                reader.fail(members["path"], "\(place).path must be a path such as /v1.")
            }
        }
        if let scheme = reader.text(members, "scheme") {
            pool.scheme = scheme
            if !["http", "https"].contains(scheme) { reader.fail(members["scheme"], "\(place).scheme must be http or https.") }
        }
        return pool
    }

    private mutating func baseURL(_ members: Members) -> String? {
        guard let text = reader.requiredText(members, "baseURL") else { return nil }
        guard let problem = UpstreamURL.problem(with: text) else { return text }
        reader.fail(members["baseURL"], "\(members.place(of: "baseURL")) \(problem)")
        return nil
    }

    private mutating func key(_ dialect: UpstreamDialect, _ members: Members) -> DeclaredKey {
        guard let node = members["aws"] else {
            return reader.secretLocation(members, "key").map(DeclaredKey.at) ?? .none
        }
        let place = members.place(of: "aws")
        if dialect != .bedrock { reader.fail(node, "\(place) is for the dialect bedrock; use 'key'.") }
        if members["key"] != nil { reader.fail(members["key"], "'key' and 'aws' exclude each other; keep one.") }
        guard let aws = reader.members(node, at: place, known: ["region", "id", "secret", "session"]) else { return .none }
        for name in ["id", "secret"] where aws.lacks(name) { reader.fail(node, "\(place).\(name) is missing; add it.") }
        let region = reader.requiredText(aws, "region")
        let (id, secret) = (reader.secretLocation(aws, "id"), reader.secretLocation(aws, "secret"))
        let session = reader.secretLocation(aws, "session")
        guard let region, let id, let secret else { return .none }
        return .aws(region: region, id: id, secret: secret, session: session)
    }

    private mutating func traits(_ members: Members) -> DeploymentTraits {
        func count(_ name: String) -> Int64? { reader.integer(members, name, in: 1...1_000_000_000_000).map(Int64.init) }
        return DeploymentTraits(
            weight: reader.integer(members, "weight", in: 0...1_000_000) ?? 1,
            order: reader.integer(members, "order", in: 0...1000) ?? 0,
            requestsPerMinute: count("requestsPerMinute"), tokensPerMinute: count("tokensPerMinute"),
            requestsAtOnce: count("requestsAtOnce"), contextTokens: count("contextTokens"),
            tags: Set(reader.names(members, "tags") ?? []))
    }

    // MARK: prices

    static let priceNames = [
        "input", "output", "cacheRead", "cacheWrite", "longCacheWrite", "reasoning", "audioInput", "audioOutput",
        "request", "long",
    ]

    private mutating func prices(_ members: Members) -> DeclaredPrices? {
        guard let node = members["prices"] else { return nil }
        let place = members.place(of: "prices")
        guard node.scalar == nil else {
            guard let name = reader.text(members, "prices") else { return nil }
            if name == "free" { return .own(.free) }
            if PriceTable.bundled[name] != nil { return .named(name) }
            reader.fail(
                node,
                "\(place): the bundled list has no model '\(name)'; write provider/model as in openai/gpt-4o, free, or the "
                    + "prices themselves.")
            return nil
        }
        guard let members = reader.members(node, at: place, known: Self.priceNames) else { return nil }
        for name in ["input", "output"] where members.lacks(name) {
            reader.fail(node, "\(place).\(name) is missing; add it, in dollars per million tokens.")
        }
        var prices = TokenPrices(input: dollars(members, "input") ?? 0, output: dollars(members, "output") ?? 0)
        (prices.cacheRead, prices.cacheWrite) = (dollars(members, "cacheRead"), dollars(members, "cacheWrite"))
        (prices.longCacheWrite, prices.reasoning) = (dollars(members, "longCacheWrite"), dollars(members, "reasoning"))
        (prices.audioInput, prices.audioOutput) = (dollars(members, "audioInput"), dollars(members, "audioOutput"))
        prices.request = dollars(members, "request") ?? 0
        if let node = members["long"] { prices.long = long(node, "\(place).long", prices) }
        return .own(prices)
    }

    private mutating func long(_ node: Node, _ place: String, _ prices: TokenPrices) -> LongContextPrices? {
        let names = ["above", "input", "output", "cacheRead", "cacheWrite", "longCacheWrite"]
        guard let members = reader.members(node, at: place, known: names) else { return nil }
        if members.lacks("above") { reader.fail(node, "\(place).above is missing; add it, in tokens of input.") }
        guard let above = reader.integer(members, "above", in: 1...1_000_000_000) else { return nil }
        return LongContextPrices(
            above: Int64(above), input: dollars(members, "input") ?? prices.input,
            output: dollars(members, "output") ?? prices.output, cacheRead: dollars(members, "cacheRead"),
            cacheWrite: dollars(members, "cacheWrite"), longCacheWrite: dollars(members, "longCacheWrite"))
    }

    /// Billionths of a dollar.
    mutating func dollars(_ members: Members, _ name: String) -> Int64? {
        guard let node = members[name] else { return nil }
        if let text = node.scalar?.string, let amount = NanoDollars(text), amount >= .zero { return amount.nanos }
        reader.fail(
            node, "\(members.place(of: name)) must be an amount in dollars such as 0.15, with at most nine digits behind the point.")
        return nil
    }
}

extension UpstreamDialect {
    /// As configuration files name them.
    static let configuredNames = ["openai", "anthropic", "ollama", "azure", "gemini", "bedrock"]
    static let configured: [String: UpstreamDialect] = [
        "openai": .openAI, "anthropic": .anthropic, "ollama": .ollama, "azure": .azureOpenAI, "gemini": .gemini,
        "bedrock": .bedrock,
    ]
    var configuredName: String { Self.configured.first { $0.value == self }?.key ?? rawValue }
}

extension FindingCode {
    static let priceUnknown = FindingCode(rawValue: "W_PRICE_UNKNOWN")
}
