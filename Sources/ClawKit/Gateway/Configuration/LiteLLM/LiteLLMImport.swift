import ClawBase
public import ClawPlatform
import Yams

/// A LiteLLM `config.yaml`, read as it is: models, routing, fallbacks, limits, the master key.
public struct LiteLLMImport: Sendable {
    public let configuration: GatewayConfiguration
    public let report: ImportReport

    /// - Parameters:
    ///   - file: the file's name, for the places in findings and in the report.
    ///   - environment: where `os.environ/NAME` is looked up, but for keys: they are read when they are used.
    /// - Throws: ``InvalidConfiguration`` where the text is no YAML, or no model in it can be served.
    public init(
        yaml: String, file: String = "config.yaml", environment: [String: String]
    ) throws(InvalidConfiguration) {
        var reader = LiteLLMReader(file: file, environment: environment)
        reader.read(yaml)
        if !reader.findings.isEmpty { throw InvalidConfiguration(findings: reader.findings) }
        (configuration, report) = (reader.configuration, reader.report)
    }

    /// Reads a file.
    /// - Throws: as ``init(yaml:file:environment:)``, also where the file cannot be read.
    public init(contentsOf path: String, environment: [String: String]) throws(InvalidConfiguration) {
        try self.init(yaml: ClawConfiguration.text(of: path), file: path, environment: environment)
    }

    /// Whether a file is LiteLLM's.
    public static func isMeant(at path: String) throws(InvalidConfiguration) -> Bool {
        isMeant(try ClawConfiguration.text(of: path))
    }

    /// Whether a text is LiteLLM's rather than a `claw.yaml`: by the names of its sections.
    public static func isMeant(_ yaml: String) -> Bool {
        guard case .mapping(let mapping)? = try? Yams.compose(yaml: yaml) else { return false }
        let sections: Set<String> = ["model_list", "litellm_settings", "general_settings", "router_settings"]
        return mapping.keys.contains { sections.contains($0.scalar?.string ?? "") }
    }
}
