public import ClawBase

/// How a ``ProcessNode`` runs pods.
public struct ProcessNodeConfiguration: Sendable {
    /// The node's name in the cluster.
    public var name = "local"
    /// Where everything on disk is: `volumes/`, `logs/`, `node/`. A relative path is taken from the working directory
    /// at the node's start.
    public var rootDirectory = ".claw"
    /// Where a command without a slash is looked for, before the container's `PATH`. Empty by default; the directory
    /// of the running executable (``ProcessNode/executableDirectory``) is what makes programs find their siblings.
    public var executableSearchPath: [String] = [ProcessNode.executableDirectory].compactMap { $0 }
    /// The variables every container gets from the node's own environment. Short on purpose: what stands in there
    /// (keys, tokens) is nobody's business.
    public var inheritedEnvironment = ["PATH", "HOME", "USER", "LANG", "LC_ALL", "TZ", "TMPDIR"]
    public var labels: [String: String] = [:]
    /// How many pods the scheduler may place here.
    public var podCapacity = 110
    public var restartBackoff = RestartBackoff()
    /// The most a pod gets to end when the node itself stops; its own grace period where that is shorter.
    public var longestDrain = Duration.seconds(10)
    /// Off where the cluster does not watch leases (an embedded cluster in the same process): then a node at rest
    /// writes nothing at all.
    public var renewsLease = true
    public var leaseRenewal = Duration.seconds(10)
    /// Whether the node also gives `local` claims their directories (``LocalVolumeProvisioner``).
    public var provisionsVolumes = true
    /// Log files larger than this many bytes are put aside, one old one per container is kept.
    public var logFileLimit = 10 << 20
    /// How many deleted pods' logs stay on disk.
    public var keptPodLogs = 20
    /// Where the node is served for API servers of other processes (``NodeEndpoint``); nil where there are none.
    public var endpointPort: Int?
    /// Reaches containers for `httpGet` probes; nil: a ``CurlTransport`` of the node's own.
    public var probeTransport: (any Transport)?

    /// The program that checkpoints and restores processes; nil: `criu` is looked for on the node's own `PATH`.
    public var criu: String?
    /// How many checkpoints of processes the node keeps; further ones are refused until some are deleted.
    public var keptCheckpoints = 256
    /// How long CRIU may take to bring a process back before it is started anew.
    public var restoreDeadline = Duration.seconds(30)

    public init() {}

    public init(name: String, rootDirectory: String) {
        self.name = name
        self.rootDirectory = rootDirectory
    }
}
