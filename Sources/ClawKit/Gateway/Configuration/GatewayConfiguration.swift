public import ClawBase
public import ClawLedger
public import ClawPlatform
public import FoundationEssentials

/// What a configuration file says of the model gateway: models, keys, limits. Plain values; nothing is opened or asked.
public struct GatewayConfiguration: Sendable {
    /// At least one.
    public var models: [DeclaredModel] = [.echo]
    public var keys: [DeclaredGrant] = []
    /// Of others than keys: runtimes, users, projects, tenants, the platform.
    public var limits: [UsageLimit] = []
    /// What requests are held against before they go to a model.
    public var guardrails: [DeclaredGuardrail] = []
    /// An administrator's key, which may also ask for every model; nil: there is none in the file.
    public var masterKey: SecretLocation?
    /// Secrets that stand in the file itself, under the names that they should have elsewhere: LiteLLM's files may hold
    /// them, `claw.yaml` must not.
    public var secretsInFile: [SecretLocation: Secret<String>] = [:]
    /// How long a connection to an upstream may take, with name resolution and TLS.
    public var connectTimeout = Duration.seconds(10)
    /// How many requests are under way at once, and how others wait; holds from the start.
    public var admission = FairAdmission.Limits()
    /// Where answers are kept, and for how long where keys do not say; holds from the start.
    public var cache = AnswerCache.Settings()
    /// Whether answers also bear LiteLLM's headers (`x-litellm-call-id` …), which dashboards and scripts read.
    public var sendsLiteLLMHeaders = false
    /// What is worth knowing and hinders nothing.
    public var notes: [Finding] = []

    /// What holds without a file.
    public init() {}

    /// Reads the text of a `claw.yaml`.
    /// - Parameter file: the file's name, for the places in findings (`claw.yaml:12`).
    /// - Throws: ``InvalidConfiguration`` with everything that is wrong.
    public init(yaml: String, file: String = "claw.yaml") throws(InvalidConfiguration) {
        var reader = GatewayReader(file: file)
        self = reader.configuration(yaml)
        if !reader.findings.isEmpty { throw InvalidConfiguration(findings: reader.findings) }
    }

    /// Reads a configuration file: a `claw.yaml`, or a LiteLLM `config.yaml` as it is (``LiteLLMImport``).
    /// - Parameter environment: where LiteLLM's `os.environ/NAME` is looked up, but for keys: they are read when they are
    ///   used.
    /// - Throws: ``InvalidConfiguration``, also where the file cannot be read.
    public init(
        contentsOf path: String, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(InvalidConfiguration) {
        let text = try ClawConfiguration.text(of: path)
        guard LiteLLMImport.isMeant(text) else {
            try self.init(yaml: text, file: path)
            return
        }
        let imported = try LiteLLMImport(yaml: text, file: path, environment: environment)
        self = imported.configuration
        notes += imported.report.notes
    }

    /// Where the secrets are found that the configuration speaks of: in the file itself, then elsewhere.
    public func secrets(_ others: some SecretSource) -> any SecretSource {
        secretsInFile.isEmpty ? others : CompositeSecrets([InMemorySecrets(secretsInFile), others])
    }

    /// The grants of the keys it declares, the master key's among them.
    /// - Throws: ``Finding`` where a key is not there where it is said to be.
    public func grants(_ others: some SecretSource) async throws -> [ModelGrant] {
        let secrets = secrets(others)
        var grants: [ModelGrant] = []
        for declared in keys {
            var grant = declared.grant
            switch declared.key {
            case .hash(let hash): grant.keyHash = hash
            case .at(let location): grant.keyHash = Token.hash(try await secrets.secret(location).reveal())
            }
            grants.append(grant)
        }
        if let key = try await masterKey(others) {
            grants.append(ModelGrant(id: Self.masterKeyID, keyHash: Token.hash(key.reveal())))
        }
        return grants
    }

    /// The administrator's key; nil where none is declared.
    /// - Throws: ``Finding`` where it is not there where it is said to be.
    public func masterKey(_ others: some SecretSource) async throws -> Secret<String>? {
        guard let masterKey else { return nil }
        return try await secrets(others).secret(masterKey)
    }

    /// The guardrails it declares, ready to be used.
    /// - Throws: ``Finding`` for a pattern that is none.
    public var rules: [any Guardrail] {
        get throws(Finding) {
            var rules: [any Guardrail] = []
            for declared in guardrails { rules.append(try declared.guardrail) }
            return rules
        }
    }

    /// The id of the master key's grant, in the ledger and in logs.
    public static let masterKeyID = "master"
}

/// A virtual key that a file declares.
public struct DeclaredGrant: Sendable, Hashable {
    public enum Key: Sendable, Hashable {
        /// The key's SHA-256 in lower-case hex.
        case hash(String)
        case at(SecretLocation)
    }
    public var key: Key
    /// All but the key's hash.
    public var grant: ModelGrant
}
