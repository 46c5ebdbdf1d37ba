import ArgumentParser
import ClawBase
import ClawCluster
import ClawDocuments
import ClawHTTPServer
import ExampleSupport
import Foundation

struct ClusterCommand: GroupCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster", abstract: "Embedded Kubernetes clusters, without a platform.", subcommands: [Dev.self])

    /// A cluster for other programs' tests, in whatever language they are.
    struct Dev: LocalCommand {
        static let configuration = CommandConfiguration(
            abstract: "Serves an embedded Kubernetes cluster until Ctrl-C, for any client.",
            discussion: """
                Writes a kubeconfig and prints its path; with --output json, one line with "kubernetes" (the API's
                address) and "kubeconfig". Without --data-dir everything is in memory and gone at the end.
                --token is the administrator's; without it there is a new one in the kubeconfig.
                """)
        @OptionGroup var connection: ConnectionOptions
        @Option(help: "Where the Kubernetes API listens; port 0 takes a free one.")
        var listen = "127.0.0.1:0"
        @Option(help: "Where objects, keys and the kubeconfig are kept.")
        var dataDir: String?
        @Option(help: "Also register that many nodes that only pretend to run pods.")
        var simulatedNodes = 0
        @Flag(help: "Also run a node that runs pods as processes of this machine.")
        var processNode = false
        @Flag(help: "Run none of the cluster's controllers: what is written stays as it is.")
        var noControllers = false
        @Option(
            help: ArgumentHelp(
                "Leave out this one of the cluster's controllers; may be given several times: \(Self.controllerNames).",
                valueName: "controller"),
            transform: Self.controller)
        var without: [EmbeddedCluster.ControllerKind] = []
        @Flag(help: "Serve plain http (loopback only).")
        var insecureHttp = false

        private static let controllerNames = EmbeddedCluster.ControllerKind.allCases.map(\.rawValue).joined(separator: ", ")

        private static func controller(_ name: String) throws -> EmbeddedCluster.ControllerKind {
            guard let kind = EmbeddedCluster.ControllerKind(rawValue: name) else {
                throw ValidationError("There is no controller '\(name)'; there are \(controllerNames).")
            }
            return kind
        }

        func run(in surroundings: Surroundings) async throws {
            let address = try ListenAddress(listen, field: "--listen")
            if insecureHttp, !address.isLoopback {
                throw Failure.usage("plain http is for loopback only; listen at 127.0.0.1", field: "--listen")
            }
            guard (0...10_000).contains(simulatedNodes) else {
                throw Failure.usage("the number of nodes is from 0 to 10000", field: "--simulated-nodes")
            }
            if let dataDir { return try await serve(address, in: dataDir, surroundings) }
            let scratch = "\(NSTemporaryDirectory())claw-cluster-\(UUID().uuidString)"
            let remove: @Sendable () -> Void = { try? FileManager.default.removeItem(atPath: scratch) }
            defer { remove() }
            try await serve(address, in: scratch, surroundings, emergency: remove)
        }

        /// - Parameter emergency: for a second signal, which ends the process at once.
        private func serve(
            _ address: ListenAddress, in path: String, _ surroundings: Surroundings,
            emergency: @escaping @Sendable () -> Void = {}
        ) async throws {
            let directory = try ClawDirectory(path)
            let logger = try makeLogger("claw", level: "warning")
            var settings = ServedCluster.Settings(
                listen: address, directory: directory, keys: directory, logger: logger)
            settings.dataDirectory = dataDir.map { "\($0)/cluster" }
            settings.token = connection.token.map { Secret($0) }
            settings.isInsecure = insecureHttp
            settings.controllers = noControllers ? [] : EmbeddedCluster.ControllerKind.all.subtracting(without)
            let cluster = try await ServedCluster(settings, time: SystemTime())
            let (output, console) = (connection.output, surroundings.console)
            var parts = try cluster.services { [cluster] address in
                switch address {
                case .success(let url): console.print(Self.announcement(url, cluster.kubeconfig, output))
                case .failure(let error): fail(error, program: "claw")
                }
            }
            if simulatedNodes > 0 { parts.append(cluster.simulatedNodes(simulatedNodes)) }
            if processNode { parts.append(cluster.node(rootDirectory: path)) }
            try await runUntilSignal(parts, logger: logger, emergency: {
                cluster.endProcessesNow()
                emergency()
            })
            try cluster.close()
        }

        private static func announcement(_ url: String, _ kubeconfig: String, _ output: OutputFormat) -> String {
            switch output {
            case .json:
                JSON.object(["ready": true, "kubernetes": .string(url), "kubeconfig": .string(kubeconfig)]).description
            case .text: "Kubernetes API at \(url) (Ctrl-C ends it)\nexport KUBECONFIG=\(kubeconfig)"
            }
        }
    }
}
