import ArgumentParser
import ClawKit
import ExampleSupport
import Logging

/// The platform's controllers in a process of their own, against any cluster.
@main
struct OrchestratorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orchestrator",
        abstract: "Runs the platform's controllers against a cluster: projects, runtimes.",
        discussion: """
            What the control plane decides (addresses, models, templates) is read from the cluster itself. When
            ready, one line of JSON on stdout says so; logs go to stderr. SIGTERM or SIGINT ends it. Each option can
            also be set by an environment variable, such as CLAW_KUBECONFIG; the option goes first.

            Several may run on one cluster: one leads, the others are ready to follow it, at once where it ends by
            itself, else when its lease is over.
            """)

    @Option(help: "The cluster to work on. Required.")
    var kubeconfig: String?
    @Option(help: "Templates and models; default: what the control plane has published.")
    var config: String?
    @Option(help: "Keep platform data in this PostgreSQL database.")
    var database: String?
    @Flag(help: "Also run a node that runs pods as local processes.")
    var node = false
    @Option(help: "The node's name, of its own among all nodes of the cluster.")
    var nodeName = "local"
    @Option(help: "Where the node's endpoint for logs listens; port 0 takes a free one.")
    var nodeListen = "127.0.0.1:0"
    @Option(help: "Serve metrics, health and who leads here: /metrics, /healthz, /readyz.")
    var metricsListen: String?
    @OptionGroup(title: "Leader election")
    var election: ElectionFlags
    @Option(help: "Also write the line that says it is ready into this file.")
    var readyFile: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: String?

    func run() async throws {
        do {
            try await Orchestration(settings()).run()
        } catch {
            fail(error, program: "orchestrator")
        }
    }

    private func settings() throws -> Orchestration.Settings {
        guard let kubeconfig = setting(kubeconfig, "KUBECONFIG") else {
            throw Finding(
                .badConfig, "The orchestrator needs a cluster; name its kubeconfig, such as .claw/kubeconfig.",
                field: "--kubeconfig")
        }
        if setting(database, "DATABASE") != nil {
            throw Finding(
                .badConfig, "The orchestrator keeps no platform data; give --database to the control plane instead.",
                field: "--database")
        }
        return Orchestration.Settings(
            kubeconfig: kubeconfig, configuration: try setting(config, "CONFIG").map { try ProgramConfiguration($0) },
            election: try election.settings(isShared: true), runsNode: node, nodeName: nodeName,
            nodeListen: try ListenAddress(nodeListen, field: "--node-listen"),
            metricsListen: try setting(metricsListen, "METRICS_LISTEN").map {
                try ListenAddress($0, field: "--metrics-listen")
            },
            readyFile: setting(readyFile, "READY_FILE"),
            logger: try makeLogger("orchestrator", level: setting(logLevel, "LOG_LEVEL")))
    }
}
