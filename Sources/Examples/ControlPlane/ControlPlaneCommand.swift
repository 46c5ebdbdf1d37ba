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
        abstract: "Runs the platform: embedded Kubernetes API, orchestrator, process node, model gateway, control plane.",
        discussion: """
            Without flags all parts run in this process, and everything is kept under .claw in the working directory.
            When ready, one line of JSON on stdout says where everything is; logs go to stderr.
            SIGTERM or SIGINT ends it: it drains, stops its children and exits 0. A second signal ends it at once.
            """)

    @Option(help: "Models, templates and server settings. Default: claw.yaml, where there is one.")
    var config: String?
    @Option(help: "Where objects, users and keys are kept.")
    var dataDir = ".claw/data"
    @Option(help: "Where the control plane listens; port 0 takes a free one.")
    var listen = "127.0.0.1:8080"
    @Option(help: "Where the model gateway listens.")
    var gatewayListen = "127.0.0.1:4000"
    @Option(help: "Where the embedded Kubernetes API listens.")
    var clusterListen = "127.0.0.1:6443"
    @Option(help: "Use this cluster instead of the embedded one; implies no embedded cluster and no node.")
    var kubeconfig: String?
    @Option(help: "Keep platform data in this PostgreSQL database.")
    var database: String?
    @Option(help: "Parts not to run, separated by commas: orchestrator, node, gateway.")
    var without: String?
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
        if let database {
            try ConnectionString(database).check()
            throw Finding(
                .badConfig, "This build keeps platform data on disk only; leave --database away.", field: "--database")
        }
        let left = Set((without ?? "").split(separator: ",").map { $0.filter { $0 != " " } })
        let known: Set<String> = ["orchestrator", "node", "gateway"]
        if let strange = left.subtracting(known).sorted().first {
            throw Finding(
                .badConfig, "There is no part '\(strange)'; known are \(known.sorted().joined(separator: ", ")).",
                field: "--without")
        }
        let cluster = try ListenAddress(clusterListen, field: "--cluster-listen")
        if insecureHttp, !["127.0.0.1", "localhost", "::1"].contains(cluster.host) {
            throw Finding(
                .badConfig, "Plain http is for loopback only; listen at 127.0.0.1 or leave --insecure-http away.",
                field: "--cluster-listen")
        }
        return Platform.Settings(
            configuration: try loadConfiguration(config), dataDirectory: dataDir,
            listen: try ListenAddress(listen, field: "--listen"),
            gatewayListen: try ListenAddress(gatewayListen, field: "--gateway-listen"), clusterListen: cluster,
            kubeconfig: kubeconfig, without: left, readyFile: readyFile, isInsecure: insecureHttp,
            logger: try makeLogger("control-plane", level: logLevel))
    }
}
