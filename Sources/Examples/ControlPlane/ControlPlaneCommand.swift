import ArgumentParser
import ClawKit
import ClawKitPostgres
import ExampleSupport
import Logging

/// Everything on one machine without flags; single parts, or somebody else's cluster, with them.
@main
struct ControlPlaneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "control-plane",
        abstract:
            "Runs the platform: embedded Kubernetes API, orchestrator, process node, model gateway, control plane.",
        discussion: """
            Without flags all parts run in this process, and everything is kept under .claw in the working directory.
            When ready, one line of JSON on stdout says where everything is; logs go to stderr.
            SIGTERM or SIGINT ends it: it drains, stops its children and exits 0. A second signal ends it at once.
            Each option can also be set by an environment variable: CLAW_LISTEN for --listen, CLAW_DATA_DIR for
            --data-dir, and so on; the option goes first.
            """)

    @Option(help: "Models, templates and server settings. Default: claw.yaml, where there is one.")
    var config: String?
    @Option(help: "Where objects, users and keys are kept. (default: .claw/data)")
    var dataDir: String?
    @Option(help: "Where the control plane listens; port 0 takes a free one. (default: 127.0.0.1:8080)")
    var listen: String?
    @Option(
        help:
            "Where capacity calls that is enrolled by mutual TLS, over https. (default: nowhere; it is enrolled by token)")
    var capacityListen: String?
    @Option(help: "Where the model gateway listens. (default: 127.0.0.1:4000)")
    var gatewayListen: String?
    @Option(help: "Where the embedded Kubernetes API listens. (default: 127.0.0.1:6443)")
    var clusterListen: String?
    @Option(help: "Use this cluster instead of the embedded one; implies no embedded cluster and no node.")
    var kubeconfig: String?
    @Option(
        help: "Keep platform data (users, operations, audit) in this PostgreSQL database: postgres://user@host/name.")
    var database: String?
    @Option(
        help:
            "A file with at least 32 characters that seal the session keys; alike for all control planes of a database."
    )
    var storeKeyFile: String?
    @Option(help: "Parts not to run, separated by commas: orchestrator, node, gateway.")
    var without: String?
    @Option(
        help: "Where the API server of --kubeconfig asks before it stores tenants, projects, policies and routes, over https.")
    var admissionListen: String?
    @Option(help: "How that API server reaches it: https://HOST:PORT or NAMESPACE/SERVICE:PORT.")
    var admissionAddress: String?
    @OptionGroup(title: "Leader election")
    var election: ElectionFlags
    @Option(help: "Also write the line that says it is ready into this file.")
    var readyFile: String?
    @Flag(help: "Serve the embedded Kubernetes API over plain http (loopback only).")
    var insecureHttp = false
    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: String?

    func run() async throws {
        do {
            try await Platform(settings()).run()
        } catch {
            fail(error, program: "control-plane")
        }
    }

    private func settings() throws -> Platform.Settings {
        let database = setting(database, "DATABASE").map { ConnectionString($0) }
        try database?.check()
        let left = Set((setting(without, "WITHOUT") ?? "").split(separator: ",").map { $0.filter { $0 != " " } })
        let known: Set<String> = ["orchestrator", "node", "gateway"]
        if let strange = left.subtracting(known).sorted().first {
            throw Finding(
                .badConfig, "There is no part '\(strange)'; known are \(known.sorted().joined(separator: ", ")).",
                field: "--without")
        }
        func address(_ option: String?, _ variable: String, _ field: String, or standard: String) throws
            -> ListenAddress
        {
            try ListenAddress(setting(option, variable) ?? standard, field: field)
        }
        let cluster = try address(clusterListen, "CLUSTER_LISTEN", "--cluster-listen", or: "127.0.0.1:6443")
        if insecureHttp, !cluster.isLoopback {
            throw Finding(
                .badConfig, "Plain http is for loopback only; listen at 127.0.0.1 or leave --insecure-http away.",
                field: "--cluster-listen")
        }
        let kubeconfig = setting(kubeconfig, "KUBECONFIG")
        return Platform.Settings(
            configuration: try ProgramConfiguration(setting(config, "CONFIG")),
            dataDirectory: setting(dataDir, "DATA_DIR") ?? ".claw/data",
            listen: try address(listen, "LISTEN", "--listen", or: "127.0.0.1:8080"),
            capacityListen: try setting(capacityListen, "CAPACITY_LISTEN").map {
                try ListenAddress($0, field: "--capacity-listen")
            },
            gatewayListen: try address(gatewayListen, "GATEWAY_LISTEN", "--gateway-listen", or: "127.0.0.1:4000"),
            clusterListen: cluster, kubeconfig: kubeconfig, database: database,
            storeKeyFile: setting(storeKeyFile, "STORE_KEY_FILE"), without: left,
            election: try election.settings(isShared: kubeconfig != nil), admission: try admission(kubeconfig),
            readyFile: setting(readyFile, "READY_FILE"), isInsecure: insecureHttp,
            logger: try makeLogger("control-plane", level: setting(logLevel, "LOG_LEVEL")))
    }

    private func admission(_ kubeconfig: String?) throws(Finding) -> Platform.AdmissionDoor? {
        let listen = setting(admissionListen, "ADMISSION_LISTEN")
        let address = setting(admissionAddress, "ADMISSION_ADDRESS")
        guard let listen, let address else {
            if listen == nil, address == nil { return nil }
            throw Finding(
                .badConfig, "Say both where to listen and how the API server gets there.",
                field: listen == nil ? "--admission-listen" : "--admission-address")
        }
        guard kubeconfig != nil else {
            throw Finding(
                .badConfig, "The embedded cluster asks on loopback; this is for the cluster of --kubeconfig.",
                field: "--admission-listen")
        }
        let door = Platform.AdmissionDoor(
            listen: try ListenAddress(listen, field: "--admission-listen"), address: address)
        _ = try door.webhookAddress("")
        return door
    }
}
