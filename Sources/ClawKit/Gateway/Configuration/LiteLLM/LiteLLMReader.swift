import ClawBase
import ClawLedger
import ClawPlatform
import Yams

/// Reads LiteLLM's sections into a configuration, and notes what became of each field.
struct LiteLLMReader {
    private var reader: ConfigurationReader
    private var environment: [String: String]
    var configuration = GatewayConfiguration()
    var report = ImportReport()
    /// A model's deployments in the file's order, and what holds for the model as a whole.
    var models: [String: LiteLLMModel] = [:]
    var order: [String] = []
    var routing = LiteLLMRouting()
    /// How often each deployment is looked after; nil: not at all.
    var healthInterval: Duration?

    init(file: String, environment: [String: String]) {
        reader = ConfigurationReader(file: file)
        self.environment = environment
    }

    var findings: [Finding] { reader.findings }

    mutating func read(_ yaml: String) {
        guard let root = reader.root(yaml) else { return }
        guard case .mapping = root else { return reader.fail(root, "The file must be a mapping with model_list.") }
        let sections = fields(root, "")
        // First what others refer to, then the models, then what is said of them.
        for (name, node, place) in sections where name == "environment_variables" { readEnvironment(node, place) }
        for (name, node, place) in sections where name == "general_settings" { readHealth(node, place) }
        for (name, node, place) in sections where name == "model_list" { readModels(node, place) }
        for (name, node, place) in sections {
            switch name {
            case "environment_variables", "model_list": break
            case "router_settings", "litellm_settings": readSettings(node, place)
            case "general_settings": readGeneral(node, place)
            default: note(.unsupported, place, node, "This section has no counterpart here.")
            }
        }
        configuration.sendsLiteLLMHeaders = true
        report.entries.sort { Self.line($0.place) < Self.line($1.place) }
        configuration.models = routing.apply(to: order.compactMap { models[$0] }, &report, reader.file)
        if configuration.models.isEmpty {
            let reasons = report[.unsupported].map { "\($0.place) \($0.words)" }.joined(separator: " ")
            reader.fail(root, "No model of this file can be served. \(reasons)")
        }
    }

    private static func line(_ place: String) -> Int { place.split(separator: ":").last.flatMap { Int($0) } ?? 0 }

    // MARK: nodes

    /// The members of a mapping, each with its path; none where it is no mapping.
    func fields(_ node: Node, _ path: String) -> [(name: String, node: Node, path: String)] {
        guard case .mapping(let mapping) = node else { return [] }
        return mapping.compactMap { key, value in
            guard let name = key.scalar?.string, !value.isNull else { return nil }
            return (name, value, path.isEmpty ? name : "\(path).\(name)")
        }
    }

    mutating func note(_ outcome: ImportReport.Outcome, _ field: String, _ node: Node, _ words: String) {
        report.entries.append(.init(outcome: outcome, field: field, place: reader.place(of: node), words: words))
    }

    /// A scalar's text, with `os.environ/NAME` replaced by what stands there; nil with a note where nothing does.
    mutating func text(_ node: Node, _ path: String) -> String? {
        guard let text = node.scalar?.string, !text.isEmpty else { return nil }
        guard let name = Self.variable(text) else { return text }
        if let value = environment[name], !value.isEmpty { return value }
        note(.unsupported, path, node, "The environment variable \(name) is not set; set it.")
        return nil
    }

    mutating func number(_ node: Node, _ path: String) -> Double? {
        guard let text = text(node, path) else { return nil }
        if let number = Double(text.replacing("_", with: "")), number.isFinite, number >= 0 { return number }
        note(.unsupported, path, node, "This is no number that is not negative.")
        return nil
    }

    mutating func count(_ node: Node, _ path: String) -> Int64? {
        number(node, path).flatMap { $0 < 1e15 ? Int64($0) : nil }
    }

    /// Seconds as a number, or LiteLLM's `30s`, `5m`, `1h`, `30d`.
    mutating func seconds(_ node: Node, _ path: String) -> Duration? {
        guard let text = text(node, path) else { return nil }
        if let seconds = Double(text), seconds > 0, seconds < 1e8 { return .milliseconds(Int64(seconds * 1000)) }
        if let duration = Duration(configured: text), duration > .zero { return duration }
        note(.unsupported, path, node, "This is no length of time.")
        return nil
    }

    func isTrue(_ node: Node) -> Bool { node.bool ?? false }

    func names(_ node: Node) -> [String] {
        node.sequence?.compactMap { $0.scalar?.string } ?? node.scalar.map { [$0.string] } ?? []
    }

    static func variable(_ text: String) -> String? {
        text.hasPrefix("os.environ/") ? String(text.dropFirst("os.environ/".count)) : nil
    }

    // MARK: secrets

    private mutating func readEnvironment(_ node: Node, _ path: String) {
        for (name, node, path) in fields(node, path) {
            guard let value = text(node, path) else { continue }
            environment[name] = value
            configuration.secretsInFile[.environment(name)] = Secret(value)
            note(.taken, path, node, "As if it were set in the environment.")
        }
    }

    /// Where a key is kept; one that stands in the file itself gets a name.
    mutating func secret(_ node: Node, _ path: String, named name: String) -> SecretLocation? {
        guard let text = node.scalar?.string, !text.isEmpty else { return nil }
        if let name = Self.variable(text) {
            note(.taken, path, node, "From the environment: \(name).")
            return .environment(name)
        }
        let words = name.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
        let plain = String(words)
        var variable = (plain.first?.isNumber ?? true) ? "KEY_\(plain)" : plain
        var number = 1
        while let known = configuration.secretsInFile[.environment(variable)], known.reveal() != text {
            number += 1
            variable = "\(plain)_\(number)"
        }
        configuration.secretsInFile[.environment(variable)] = Secret(text)
        note(.taken, path, node, "It stands in the file in clear; keep it in the environment as \(variable).")
        return .environment(variable)
    }

    func isSet(_ variable: String) -> Bool { !(environment[variable] ?? "").isEmpty }
    func value(of variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
}
