import ClawBase
import ClawCluster
import ClawHTTPServer
import ClawKubernetes
import Foundation
import Logging

/// Serves a cluster over plain http until it is ended, for a load generator: prints the address and a token.
func serve() async throws {
    var options = EmbeddedCluster.Options()
    options.controllers = []
    let token = Token.random(prefix: "bench")
    options.administratorToken = token
    let cluster = try await EmbeddedCluster(options)
    _ = try await cluster.client.create(configMap("one"))
    let server = HTTPServer(
        listen: ListenAddress(host: "127.0.0.1", port: 0), logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
    try await server.withServer(cluster.handler) { address in
        print("\(address) \(token.reveal())")
        fflush(nil)
        // Ended by whoever started it.
        try await SystemTime().sleep(for: .seconds(3600))
    }
}
