import ClawBase
public import ClawDocuments
import ClawKubernetes
public import ClawModels
import ClawResources
import Crypto

/// Everything that is to exist for one running runtime, as values: the pure rendering of its spec.
public struct RuntimeCell: Sendable, Hashable {
    public var name: String
    public var project: String
    public var user: String
    public var image: String
    public var command: [String]
    public var port: Int
    public var env: [EnvVar]
    public var volumeSize: Quantity
    public var wipesVolume: Bool
    public var models: [String]
    /// nil: the namespace's default.
    public var serviceAccount: String?
    public var owner: OwnerReference
    /// Changes when somebody asks for a restart.
    public var restartedAt: String?

    public var volumeName: String { Self.volumeName(of: name) }
    static func volumeName(of runtime: String) -> String { "\(runtime)-state" }
    public var secretName: String { "\(name)-runtime" }
    public static let stateDirectory = "/var/lib/runtime"
    public static let modelKey = "OPENAI_API_KEY"
    public static let gatewayToken = "OPENCLAW_GATEWAY_TOKEN"
    /// Environment variables that the platform sets and a spec may not.
    static let reserved: Set<String> = [
        modelKey, gatewayToken, "PORT", "STATE_DIR", "OPENAI_BASE_URL", tokenFile, tokenURL, toolPolicy,
    ]

    /// Where the program finds what it may do with its tools: `[{"name": "fs.*", "verdict": "ask"}, …]`.
    public static let toolPolicy = "CLAW_TOOL_POLICY"
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
        if let finding = RuntimeKind.admit(runtime, context).first { throw finding }
        // A command of its own needs no template; admission has refused what has neither.
        let template = context.template(named: runtime.spec.template)
            ?? ClawConfiguration.Template(name: "custom", command: runtime.spec.command)
        name = runtime.name
        project = runtime.namespace ?? ""
        user = runtime.spec.user
        image = Self.image(runtime, template)
        command = runtime.spec.command.isEmpty ? template.command : runtime.spec.command
        port = template.port
        models = Self.models(runtime, context)
        serviceAccount = context.serviceAccount
        volumeSize = runtime.spec.volumeSize
        wipesVolume = runtime.spec.retention == .wipe
        owner = OwnerReference(controlling: runtime)
        restartedAt = runtime.annotations[Runtime.restartAnnotation]
        env = []
        env = Self.environment(runtime, context, port, models, secret: secretName)
    }

    static func image(_ runtime: Runtime, _ template: ClawConfiguration.Template?) -> String {
        runtime.spec.image ?? "clawkit.dev/\(template?.name ?? "custom")"
    }

    /// Empty for all there are.
    private static func models(_ runtime: Runtime, _ context: RuntimeContext) -> [String] {
        guard runtime.spec.models.isEmpty, case .success(let policy) = context.policy, policy.restrictsModels else {
            return runtime.spec.models
        }
        let allowed = context.models.filter(policy.allows)
        return allowed.isEmpty ? [noModel] : allowed
    }

    private static func environment(
        _ runtime: Runtime, _ context: RuntimeContext, _ port: Int, _ models: [String], secret: String
    ) -> [EnvVar] {
        func fromSecret(_ key: String) -> EnvVar {
            EnvVar(name: key, valueFrom: EnvVarSource(secretKeyRef: SecretKeySelector(key: key, name: secret)))
        }
        let model = models.first ?? context.models.first ?? "echo"
        let tools = (try? context.policy.get())?.tools ?? []
        let toolPolicy = JSON.array(tools.map { .object($0.document) }).description
        return [
            EnvVar(name: "PORT", value: String(port)), EnvVar(name: "STATE_DIR", value: stateDirectory),
            EnvVar(name: "OPENAI_BASE_URL", value: "\(context.gatewayURL)/v1"), fromSecret(modelKey),
            fromSecret(gatewayToken), EnvVar(name: tokenFile, value: "\(tokenDirectory)/token"),
            EnvVar(name: tokenURL, value: context.gatewayURL + tokenPath),
        ] + (tools.isEmpty ? [] : [EnvVar(name: Self.toolPolicy, value: toolPolicy)])
            + (runtime.spec.env.contains { $0.name == "MODEL" } ? [] : [EnvVar(name: "MODEL", value: model)])
            + runtime.spec.env
    }

    // MARK: children

    var labels: [String: String] {
        ["app.kubernetes.io/managed-by": "clawkit", "clawkit.dev/runtime": name, Self.userLabel: user]
    }

    /// Whose runtime, and whose data.
    static let userLabel = "clawkit.dev/user"

    private func metadata(_ name: String, owned: Bool = true) -> ObjectMeta {
        ObjectMeta(name: name, namespace: project, labels: labels, ownerReferences: owned ? [owner] : [])
    }

    /// The volume has a life of its own unless it is to be wiped with the runtime.
    var claim: PersistentVolumeClaim {
        PersistentVolumeClaim(
            metadata: metadata(volumeName, owned: wipesVolume),
            spec: PersistentVolumeClaimSpec(
                accessModes: ["ReadWriteOnce"], resources: VolumeResourceRequirements(requests: ["storage": volumeSize])))
    }

    func secret(modelKey: Secret<String>, gatewayToken: Secret<String>) -> KubernetesSecret {
        KubernetesSecret(
            metadata: metadata(secretName),
            data: [
                Self.modelKey: Base64.encode(Array(modelKey.reveal().utf8)),
                Self.gatewayToken: Base64.encode(Array(gatewayToken.reveal().utf8)),
            ], type: "Opaque")
    }

    func grant(keyHash: String) -> ModelGrantResource {
        ModelGrantResource(
            metadata: metadata(name), keyHash: keyHash, tenant: nil, project: project, user: user, runtime: name,
            models: models)
    }

    /// What tells this pod from one for other settings.
    var hash: String { pod.annotations[Self.hashAnnotation] ?? "" }

    /// The pod, marked with a hash of itself: pods cannot be changed, so another hash means another pod.
    var pod: Pod {
        func probe(_ path: String, period: Int, failures: Int) -> Probe {
            Probe(
                failureThreshold: failures, httpGet: HTTPGetAction(port: "http", path: path), periodSeconds: period,
                timeoutSeconds: 2)
        }
        let container = Container(
            name: "runtime", image: image, command: command, ports: [ContainerPort(containerPort: port, name: "http")],
            env: env, volumeMounts: [
                VolumeMount(name: "state", mountPath: Self.stateDirectory),
                VolumeMount(name: "model-token", mountPath: Self.tokenDirectory, readOnly: true),
            ],
            livenessProbe: probe("/healthz", period: 5, failures: 3),
            readinessProbe: probe("/readyz", period: 2, failures: 1),
            startupProbe: probe("/startupz", period: 1, failures: 240))
        var pod = Pod(
            metadata: metadata(name),
            spec: PodSpec(
                containers: [container], automountServiceAccountToken: false, restartPolicy: "Always",
                terminationGracePeriodSeconds: 10,
                volumes: [
                    Volume(
                        name: "state",
                        persistentVolumeClaim: PersistentVolumeClaimVolumeSource(claimName: volumeName)),
                    Volume(
                        name: "model-token",
                        projected: ProjectedVolumeSource(sources: [
                            VolumeProjection(
                                serviceAccountToken: ServiceAccountTokenProjection(
                                    path: "token", audience: Self.tokenAudience, expirationSeconds: 3600))
                        ])),
                ]))
        pod.spec?.serviceAccountName = serviceAccount
        var annotations = [Self.userLabel: user]
        annotations[Runtime.restartAnnotation] = restartedAt
        pod.annotations = annotations
        let hash = SHA256.hash(data: JSON.object(pod.document).bytes(.canonical))
        pod.annotations[Self.hashAnnotation] = String(Hex.encode(hash).prefix(16))
        return pod
    }

    static let hashAnnotation = "clawkit.dev/cell-hash"
}
