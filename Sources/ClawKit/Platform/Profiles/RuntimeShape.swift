public import ClawModels
public import ClawResources

/// What a runtime's pod is, whoever it is for: nothing of it depends on a user.
public struct RuntimeShape: Sendable, Hashable {
    public var image: String
    public var command: [String]
    /// Where the program listens.
    public var port: Int
    /// Where the volume is.
    public var stateDirectory: String
    /// What is the same for everybody.
    public var variables: [EnvVar] = []
    /// Limits of the container, and what is reserved for it.
    public var resources: [String: Quantity] = [:]
    public var startup: Probe?
    public var ready: Probe?
    public var live: Probe?
    public var podSecurity: PodSecurityContext?
    public var security: SecurityContext?
    /// Containers that run before the program, one after another, with its environment and mounts.
    public var preparations: [Container] = []
    /// Directories that the program may write to and that are empty when a pod begins.
    public var scratch: [String] = []
    /// Files that are there before the program begins, and what fetches them.
    public var contents: [RuntimeContent] = []
    var contentImage = ""
    /// What those that fetch have besides: where an object store is.
    var contentVariables: [EnvVar] = []
    /// Where a user's files are; nil: it needs none.
    public var filesDirectory: String?
    /// Whom pods may talk to; nil: as the project says.
    public var network: RuntimeNetwork?

    public init(image: String, command: [String], port: Int, stateDirectory: String = RuntimeCell.stateDirectory) {
        (self.image, self.command, self.port, self.stateDirectory) = (image, command, port, stateDirectory)
    }

    /// An HTTP probe of the program.
    static func probe(_ path: String, period: Int, failures: Int, timeout: Int = 2) -> Probe {
        Probe(
            failureThreshold: failures, httpGet: HTTPGetAction(port: "http", path: path), periodSeconds: period,
            timeoutSeconds: timeout)
    }

    /// Replaces what a template says of probes.
    mutating func apply(_ probes: RuntimeProbes?) {
        guard let probes else { return }
        if let path = probes.startup { startup = Self.probe(path, period: 1, failures: 240) }
        if let path = probes.ready { ready = Self.probe(path, period: 2, failures: 1) }
        if let path = probes.live { live = Self.probe(path, period: 5, failures: 3) }
        if let seconds = probes.startupSeconds {
            let period = startup?.periodSeconds ?? 1
            startup?.failureThreshold = max(1, seconds / max(1, period))
        }
    }
}

/// What one user's pod has beyond its shape.
struct RuntimeBelongings {
    var variables: [EnvVar]
    /// Where the volume comes from.
    var state: Volume
    var statePath: String?
    /// Volumes of the user with the paths at which they are mounted, read-only.
    var mounts: [(volume: Volume, path: String)]
}

extension RuntimeShape {
    static let stateVolume = "state"

    func podSpec(_ belongings: RuntimeBelongings) -> PodSpec {
        var mounts = [VolumeMount(name: Self.stateVolume, mountPath: stateDirectory, subPath: belongings.statePath)]
        mounts += belongings.mounts.map { VolumeMount(name: $0.volume.name, mountPath: $0.path, readOnly: true) }
        let free = scratch.enumerated().map { VolumeMount(name: "scratch-\($0)", mountPath: $1) }
        mounts += free
        let delivery = ContentDelivery(contents: contents, image: contentImage)
        mounts += delivery.mounts
        let container = Container(
            name: "runtime", image: image, command: command, ports: [ContainerPort(containerPort: port, name: "http")],
            env: variables + belongings.variables, resources: requirements, volumeMounts: mounts, livenessProbe: live,
            readinessProbe: ready, securityContext: security, startupProbe: startup)
        return PodSpec(
            containers: [container], automountServiceAccountToken: false,
            initContainers: delivery.preparations.map { fetching($0, free) }
                + preparations.map { prepared($0, container) }, restartPolicy: "Always",
            securityContext: podSecurity, terminationGracePeriodSeconds: 10,
            volumes: [belongings.state] + belongings.mounts.map(\.volume)
                + scratch.indices.map { Volume(name: "scratch-\($0)", emptyDir: EmptyDirVolumeSource()) }
                + delivery.volumes)
    }

    /// It writes nowhere but where its content goes, and knows none of the user's secrets.
    private func fetching(_ preparation: Container, _ free: [VolumeMount]) -> Container {
        var container = preparation
        container.env = contentVariables + preparation.env
        container.volumeMounts = free + preparation.volumeMounts
        (container.securityContext, container.resources) = (security, requirements)
        return container
    }

    /// With what the program has: it prepares the same files.
    private func prepared(_ preparation: Container, _ program: Container) -> Container {
        var container = preparation
        container.env = program.env + preparation.env
        container.volumeMounts = program.volumeMounts + preparation.volumeMounts
        container.securityContext = container.securityContext ?? security
        container.resources = container.resources ?? program.resources
        return container
    }

    private var requirements: ResourceRequirements? {
        resources.isEmpty ? nil : ResourceRequirements(limits: resources, requests: resources)
    }
}
