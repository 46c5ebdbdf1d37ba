public import ClawBase
public import ClawResources

/// What a runtime's children depend on besides its own spec.
public struct RuntimeContext: Sendable, Hashable {
    public var templates: [ClawConfiguration.Template]
    /// Those of the cluster that the runtime may be made of.
    public var offered: [RuntimeTemplate] = []
    /// What wider layers than its template and the runtime itself say of its environment.
    public var layers: [EnvironmentStatement] = []
    /// The secrets of its environment; or why they are not to be had.
    var delivery: Result<EnvironmentDelivery, Finding> = .success(EnvironmentDelivery())
    /// Model aliases; the first one is a runtime's default.
    public var models: [String]
    /// Where runtimes reach the model gateway, `http://127.0.0.1:4000`.
    public var gatewayURL: String
    /// Where people reach the control plane, `http://127.0.0.1:8080`.
    public var publicURL: String
    /// What the cluster is called, and where it is, for policies that name some; nil: nothing that they could name.
    public var cluster: String?
    public var region: String?
    /// As whom its pod runs, and with whose pull secrets; nil: the namespace's default.
    public var serviceAccount: String?
    /// What holds for the runtime; or why nobody knows: then nothing is allowed.
    public var policy: Result<LayeredPolicy, Finding> = .success(LayeredPolicy())
    /// The domain below which runtimes have hosts of their own; nil: none.
    public var domain: String?
    /// What fetches templates' contents, an image with sh, curl, git and tar; nil: nothing does.
    public var contentImage: String?
    /// By what runtimes run that do not say so themselves.
    public var driver = RuntimeSpec.Driver.pod
    /// Why the cluster runs none as a Sandbox; nil where it does, or nobody knows.
    var unservedSandbox: Finding?
    /// From which namespaces proxies reach the project's pods, besides the platform's own.
    var routers: [String] = []
    /// Where the control plane listens, and proxies reach its access check; nil: where people do.
    public var accessURL: String?
    /// Where pods of pools ask for what is their user's; nil: there are no pools.
    var bundleURL: String? { (accessURL ?? publicURL).isEmpty ? nil : (accessURL ?? publicURL) + RuntimeBundle.path }

    public init(
        templates: [ClawConfiguration.Template], models: [String], gatewayURL: String, publicURL: String,
        domain: String? = nil, accessURL: String? = nil
    ) {
        (self.templates, self.models, self.gatewayURL, self.publicURL) = (templates, models, gatewayURL, publicURL)
        (self.domain, self.accessURL) = (domain, accessURL)
    }
}

/// How long a runtime's phases may last.
public struct RuntimeDeadlines: Sendable {
    /// From the wish to run to readiness.
    public var start: Duration = .seconds(300)
    /// How much longer it may take where its volume is filled first.
    public var filling: Duration = VolumeCopy.patience + .minutes(1)
    /// From the wish to rest until no pod is left.
    public var stop: Duration = .seconds(120)
    /// How often an obstacle that is not the runtime's own is looked at again.
    public var obstacle: Duration = .seconds(15)
    /// How soon a status is written again that did not fit what is there.
    public var conflict: Duration = .seconds(1)
    /// How soon a program is asked again that did not say whether it is idle.
    public var agent: Duration = .seconds(60)
    /// Restarts without readiness in between before the runtime counts as failed.
    public var restarts = 8
    public init() {}
}
