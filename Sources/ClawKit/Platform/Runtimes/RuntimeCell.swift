import ClawBase
public import ClawDocuments
import ClawKubernetes
public import ClawModels
public import ClawResources

/// Everything that is to exist for one running runtime, as values: the pure rendering of its spec.
///
/// ``shape`` is what its pod is, the same for all runtimes of a template; everything else is its user's.
public struct RuntimeCell: Sendable, Hashable {
    public var shape: RuntimeShape
    public var name: String
    public var project: String
    public var user: String
    /// Its variables and files.
    public var settings: RuntimeSettings
    /// The secrets among its variables; or why they are not to be had.
    var delivery: Result<EnvironmentDelivery, Finding> = .success(EnvironmentDelivery())
    /// Which of its variables come from sources.
    var sourced: [String] = []
    var rotation: EnvironmentSpec.Rotation = .restart
    /// How its program hears that its files are others.
    var reload: EnvironmentReload?
    /// From which namespaces proxies reach it, besides the platform's.
    var routers: [String] = []
    /// Its volume, by a name made of its own unless that came with a pod of a pool.
    public var volumeName: String
    public var volumeSize: Quantity
    var storageClass: String?
    /// The snapshot that the volume begins as.
    var restoresVolumeFrom: String?
    /// A directory of somebody else's volume in place of one of its own.
    var shared: (claim: String, path: String)? { sharedClaim.map { ($0, sharedPath) } }
    private var sharedClaim: String?
    private var sharedPath = ""
    var snapshots: VolumeSnapshots?
    public var models: [String]
    /// nil: the namespace's default.
    public var serviceAccount: String?
    public var owner: OwnerReference
    /// Changes when somebody asks for a restart.
    public var restartedAt: String?
    /// By what the cluster runs it.
    var driver = RuntimeSpec.Driver.pod
    /// On which capacity it runs; nil: in the cluster.
    var placement: RuntimePlacement?
    /// Whether its addresses begin with the path form's prefix.
    var keepsPrefix = false
    /// What every program is told by the platform, whosever it is.
    var platformVariables: [EnvVar] = []
    /// Where programs that were there before their user ask for what is that user's; nil: nobody says.
    var bundleURL: String?
    /// It has come from a pool, whose pods do not say so yet: its program waits for what is its user's.
    var isClaimed = false
    /// How it learns that.
    var reception = BundleReception.never
    /// How its program tells when it was last used.
    var activity: ActivityReport?

    public var image: String { shape.image }
    public var command: [String] { shape.command }
    public var port: Int { shape.port }
    public var env: [EnvVar] { shape.variables + platformVariables + settings.variables }

    static func volumeName(of runtime: String) -> String { "\(runtime)-state" }
    public var secretName: String { "\(name)-runtime" }
    var filesName: String { "\(name)-files" }
    /// The name of its pod's container.
    static let container = "runtime"
    public static let stateDirectory = "/var/lib/runtime"
    public static let modelKey = "OPENAI_API_KEY"
    public static let gatewayToken = "OPENCLAW_GATEWAY_TOKEN"
    /// Environment variables that the platform sets and a spec may not.
    static let reserved: Set<String> = [
        modelKey, gatewayToken, "PORT", "STATE_DIR", "OPENAI_BASE_URL", tokenFile, tokenURL, toolPolicy,
        environmentFiles, revisionFile, RuntimeBundle.urlVariable, RuntimeBundle.tokenVariable,
        BundleWaiter.sourceVariable, BundleWaiter.preparationVariable,
    ]

    /// Where the program finds what it may do with its tools: `[{"name": "fs.*", "verdict": "ask"}, …]`.
    public static let toolPolicy = "CLAW_TOOL_POLICY"
    /// Where the program finds its secrets as files that follow their sources, where it is told so (`Reload`).
    public static let environmentFiles = "CLAW_ENVIRONMENT_DIR"
    static let environmentDirectory = "/var/run/secrets/clawkit.dev/environment"
    /// The only model of a key that may call none: no model can be called so.
    static let noModel = "-"

    /// Where the pod finds the token that it may exchange for a short-lived model key, and where it does so.
    public static let tokenFile = "CLAW_MODEL_TOKEN_FILE"
    public static let tokenURL = "CLAW_MODEL_TOKEN_URL"
    /// Whom that token is for: it opens nothing else.
    public static let tokenAudience = "clawkit.dev/models"
    /// Where it is exchanged, at the model gateway.
    public static let tokenPath = "/oauth/token"
    static let tokenDirectory = "/var/run/secrets/clawkit.dev/models"

    /// - Throws: the first finding of ``RuntimeKind/admit(_:_:)``, if there is any.
    init(_ runtime: Runtime, _ context: RuntimeContext) throws(Finding) {
        let blueprint = context.blueprint(of: runtime)
        let environment = RuntimeEnvironment(of: runtime, blueprint, context)
        if let finding = RuntimeKind.admit(runtime, blueprint, environment, context).first { throw finding }
        let program = blueprint.spec.program
        shape = program.shape(blueprint.spec, resources: blueprint.resources(asked: runtime.spec.resources).amounts)
        (shape.contents, shape.contentImage) = (blueprint.spec.contents, context.contentImage ?? "")
        shape.contentVariables = blueprint.spec.variables.filter { ContentDelivery.variables.contains($0.name) }
            .compactMap { variable in variable.value.map { EnvVar(name: variable.name, value: $0) } }
        if shape.image.isEmpty { shape.image = "clawkit.dev/\(blueprint.name)" }
        (name, project, user) = (runtime.name, runtime.namespace ?? "", runtime.spec.user)
        models = Self.models(runtime, blueprint, context)
        (serviceAccount, routers) = (context.serviceAccount, context.routers)
        let volume = blueprint.volume(of: runtime)
        volumeName = Self.volumeName(of: runtime.name)
        (volumeSize, storageClass) = (volume.size, volume.storageClass)
        (snapshots, restoresVolumeFrom) = (volume.shared == nil ? volume.snapshots : nil, volume.restoreFrom)
        sharedClaim = volume.shared?.claim
        sharedPath = volume.shared?.subPath ?? "\(runtime.spec.user)/\(runtime.name)"
        placement = runtime.spec.placement
        (owner, driver) = (OwnerReference(controlling: runtime), runtime.spec.driver ?? context.driver)
        restartedAt = runtime.annotations[Runtime.restartAnnotation]
        keepsPrefix = program.keepsPrefix
        (delivery, rotation) = (context.delivery, environment.rotation)
        sourced = environment.references.keys.sorted()
        if environment.rotation == .reload, !environment.references.isEmpty { reload = environment.reload }
        let subject = RuntimeSubject(runtime, blueprint, models, context)
        settings = program.settings(subject)
        activity = program.activity
        if let path = activity?.path { activity?.path = (keepsPrefix ? subject.path : "") + "/" + path }
        (platformVariables, bundleURL) = (Self.platformVariables(context), context.bundleURL)
        reception = program.reception
        settings.variables = given(context) + settings.variables + declared(environment, context)
    }

    /// Empty for all there are.
    private static func models(
        _ runtime: Runtime, _ blueprint: RuntimeBlueprint, _ context: RuntimeContext
    ) -> [String] {
        let stated = runtime.spec.models.isEmpty ? blueprint.spec.models : runtime.spec.models
        guard stated.isEmpty, case .success(let policy) = context.policy, policy.restrictsModels else { return stated }
        let allowed = context.models.filter(policy.allows)
        return allowed.isEmpty ? [noModel] : allowed
    }

    // MARK: variables

    private func fromSecret(_ key: String) -> EnvVar {
        EnvVar(name: key, valueFrom: EnvVarSource(secretKeyRef: SecretKeySelector(key: key, name: secretName)))
    }

    /// What the platform tells everybody.
    private static func platformVariables(_ context: RuntimeContext) -> [EnvVar] {
        [
            EnvVar(name: "OPENAI_BASE_URL", value: "\(context.gatewayURL)/v1"),
            EnvVar(name: tokenFile, value: "\(tokenDirectory)/token"),
            EnvVar(name: tokenURL, value: context.gatewayURL + tokenPath),
        ]
    }

    /// What the platform sets for its user.
    private func given(_ context: RuntimeContext) -> [EnvVar] {
        let tools = (try? context.policy.get())?.tools ?? []
        let toolPolicy = JSON.array(tools.map { .object($0.document) }).description
        return [
            fromSecret(Self.modelKey), fromSecret(Self.gatewayToken),
        ] + (tools.isEmpty ? [] : [EnvVar(name: Self.toolPolicy, value: toolPolicy)])
            + (reloads ? [EnvVar(name: Self.environmentFiles, value: Self.environmentDirectory)] : [])
    }

    /// What layers say.
    private func declared(_ environment: RuntimeEnvironment, _ context: RuntimeContext) -> [EnvVar] {
        let model = models.first ?? context.models.first ?? "echo"
        let stated = environment.variables.map { variable -> EnvVar in
            switch variable.content {
            case .value(let value): EnvVar(name: variable.name, value: value)
            case .sourced: fromSecret(variable.name)
            case .cluster(let declared): declared
            }
        }
        return (stated.contains { $0.name == "MODEL" } ? [] : [EnvVar(name: "MODEL", value: model)]) + stated
    }

    // MARK: delivery

    var reloads: Bool { rotation == .reload && !sourced.isEmpty }

    /// Whether there is anything to be put in place before its pod.
    var needsDelivery: Bool { !sourced.isEmpty || !settings.files.isEmpty || network != nil }

    /// How what it should have reaches a pod.
    func way(to pod: RuntimeObservation.Pod) -> EnvironmentDelivery.Way {
        var isOther = pod.network != networkHash
        // While nobody knows the secrets, those that were delivered go on to hold.
        if let digest = (try? delivery.get())?.digest, pod.environment != digest {
            if !reloads { return .byRestart }
            isOther = true
        }
        return isOther ? .inPlace : .asItIs
    }
}
