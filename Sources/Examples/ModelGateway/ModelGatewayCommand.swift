import ArgumentParser
import ClawKit
import ClawKitPostgres
import ExampleStorage
import ExampleSupport
import Logging

/// The model gateway alone.
@main
struct ModelGatewayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model-gateway",
        abstract: "One address for all models: OpenAI's, Anthropic's and Ollama's dialects over every upstream.",
        discussion: """
            Reads a claw.yaml, or a LiteLLM config.yaml as it is. When the file changes, or on SIGHUP, it holds from the
            next request on; a wrong one is refused and what held before goes on to hold.
            Clients need a key: one that the file declares, or the master key. That is the file's, else the environment's
            CLAW_MASTER_KEY or LITELLM_MASTER_KEY, else one that is made and kept in .claw/gateway-key. With the master key
            more are made: POST /key/generate, as in LiteLLM.
            When ready, one line of JSON on stdout says where it listens; logs go to stderr. SIGTERM or SIGINT ends it:
            answers under way may end. A second signal ends it at once.
            Each option can also be set by an environment variable, such as CLAW_LISTEN; the option goes first.
            """)

    enum Output: String, ExpressibleByArgument, CaseIterable, Sendable { case text, json }

    @Option(help: "Models, keys and limits: a claw.yaml or a LiteLLM config.yaml. Default: claw.yaml, where there is one.")
    var config: String?
    @Option(help: "Where it listens; port 0 takes a free one. (default: 127.0.0.1:4000)")
    var listen: String?
    @Option(help: "Keep keys, limits and the ledger in this PostgreSQL database, with other gateways: postgres://user@host/name.")
    var database: String?
    @Option(help: "Keep them in a journal in this directory. Without either they are forgotten with the process.")
    var dataDir: String?
    @Option(
        help: ArgumentHelp(
            """
            Serve the ModelEndpoints of this cluster, pods of its InferencePools, and its runtimes; in-cluster: as the pod's \
            own service account.
            """))
    var kubeconfig: String?
    @Flag(help: "Only read the file: say what is wrong with it and what is worth knowing, and end with 0 or 1.")
    var check = false
    @Option(help: "How --check tells: text or json.")
    var output = Output.text
    @Option(help: "How upstreams are reached: libcurl (the default), or nio, which is quicker and speaks HTTP/1.1 only.")
    var network: String?
    @Option(help: "Also write the line that says it is ready into this file.")
    var readyFile: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: String?

    func run() async throws {
        do {
            let path = try GatewayProgram.path(setting(config, "CONFIG"))
            if check { return try checkFile(path) }
            try await GatewayProgram(
                path: path, listen: ListenAddress(setting(listen, "LISTEN") ?? "127.0.0.1:4000", field: "--listen"),
                storage: storage(), network: GatewayProgram.Network(setting(network, "NETWORK")),
                kubeconfig: setting(kubeconfig, "KUBECONFIG"), readyFile: setting(readyFile, "READY_FILE"),
                logger: makeLogger("model-gateway", level: setting(logLevel, "LOG_LEVEL"))
            ).run()
        } catch let code as ExitCode {
            throw code
        } catch {
            fail(error, program: "model-gateway")
        }
    }

    private func storage() throws -> PlatformStorage.Place {
        let (database, directory) = (setting(database, "DATABASE"), setting(dataDir, "DATA_DIR"))
        guard let database else { return directory.map { .directory($0) } ?? .memory }
        guard directory == nil else {
            throw Finding(.badConfig, "Keep them in a database or in a directory; leave one away.", field: "--data-dir")
        }
        let connection = ConnectionString(database)
        try connection.check()
        return .database(connection)
    }

    private func checkFile(_ path: String?) throws {
        let report = CheckReport(path)
        switch output {
        case .text: print(report.text)
        case .json: print(report.json)
        }
        if !report.findings.isEmpty { throw ExitCode(1) }
    }
}
