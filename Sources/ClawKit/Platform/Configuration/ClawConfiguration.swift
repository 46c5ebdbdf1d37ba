public import ClawBase
public import ClawResources
import FoundationEssentials

/// What `claw.yaml` says of templates and the server. Plain values; who composes a platform hands them on. The file's
/// other sections (models, keys, limits, gateway) are the model gateway's and read there.
public struct ClawConfiguration: Sendable, Hashable {
    /// What runs for a runtime of this template.
    public struct Template: Sendable, Hashable {
        /// An RFC 1123 label.
        public var name: String
        /// Program and arguments; never empty.
        public var command: [String]
        /// Where the program listens, 1 to 65535.
        public var port: Int

        public init(name: String, command: [String], port: Int = Template.standardPort) {
            (self.name, self.command, self.port) = (name, command, port)
        }

        public static let standardPort = 18789
        /// The example agent runtime, there where nothing else is configured.
        public static let standard = Template(name: "default", command: ["agent-runtime"])
    }

    public struct Server: Sendable, Hashable {
        /// Where people reach the control plane, where that is not where it listens: through a proxy in front of it.
        public var publicURL: String?
        /// Where capacity that is trusted by mutual TLS reaches the control plane, `https://host:port`; nil: where it
        /// listens for that.
        public var capacityURL: String?
        /// Runtimes also answer at `{runtime}-{project}.DOMAIN`; nil: under `/r/{project}/{runtime}/` only.
        public var domain: String?
        /// How long a sign-in lasts.
        public var sessionHours: Int
        /// With which people may sign in, besides passwords and tokens.
        public var providers: [SignInProvider]
        /// What policies call the cluster, and where it is; nil: nothing that they could name.
        public var cluster: String?
        public var region: String?
        /// What fetches templates' contents; nil: this machine's own tools, where runtimes are its processes.
        public var contentImage: String?
        /// By what runtimes run that do not say so themselves.
        public var driver = RuntimeSpec.Driver.pod

        public init(
            publicURL: String? = nil, domain: String? = nil, sessionHours: Int = 12, providers: [SignInProvider] = []
        ) {
            (self.publicURL, self.domain, self.sessionHours) = (publicURL, domain, sessionHours)
            self.providers = providers
        }

        static func driver(named name: String) -> RuntimeSpec.Driver? { RuntimeSpec.Driver(rawValue: name) }
    }

    /// At least one.
    public var templates: [Template]
    public var server: Server
    /// Which proxy stands in front of the platform.
    public var routing: RoutingSettings

    /// What holds without a file.
    public init(
        templates: [Template] = [.standard], server: Server = Server(), routing: RoutingSettings = RoutingSettings()
    ) {
        (self.templates, self.server, self.routing) = (templates, server, routing)
    }

    /// Reads the text of a configuration file.
    /// - Parameter file: the file's name, for the places in findings (`claw.yaml:12`).
    /// - Throws: ``InvalidConfiguration`` with everything that is wrong.
    public init(yaml: String, file: String = "claw.yaml") throws(InvalidConfiguration) {
        var reader = ConfigurationReader(file: file)
        self = reader.configuration(yaml)
        if !reader.findings.isEmpty { throw InvalidConfiguration(findings: reader.findings) }
    }

    /// Reads a configuration file.
    /// - Throws: ``InvalidConfiguration``, also where the file cannot be read.
    public init(contentsOf path: String) throws(InvalidConfiguration) {
        try self.init(yaml: Self.text(of: path), file: path)
    }

    /// The text of a configuration file.
    package static func text(of path: String) throws(InvalidConfiguration) -> String {
        guard let bytes = try? Data(contentsOf: URL(filePath: path)) else {
            throw InvalidConfiguration(findings: [
                Finding(
                    .badConfig, "The configuration file cannot be read; check that it exists and is readable.",
                    field: path)
            ])
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InvalidConfiguration(findings: [
                Finding(.badConfig, "The configuration file is not UTF-8 text.", field: path)
            ])
        }
        return text
    }
}

/// Everything that is wrong with a configuration file, in the order of its lines.
public struct InvalidConfiguration: Error, Sendable, Hashable, CustomStringConvertible {
    /// At least one; each names its line in ``Finding/field``.
    public let findings: [Finding]

    public init(findings: [Finding]) { self.findings = findings }

    /// One finding per line.
    public var description: String { findings.map(\.description).joined(separator: "\n") }
}
