import ClawBase
import ClawDialects
import ClawGateway
import ClawHTTPServer
import ClawLedger
import ClawNIOTransport
import Foundation
import Logging

/// The key that the load generator shows, the same as in `Peers/gateway.sh`.
let benchmarkKey = "sk-claw-9f27ab4e1c7d4c0db1"

/// Serves what a gateway's answer costs at least: "bare" an answer of its own, "pass" the upstream's as it is.
func serveLeast(_ kind: String, upstream: String) async throws {
    let transport = try NIOTransport()
    let handler = ClosureHandler { request in
        guard let body = try? await request.body.collect(limit: 1 << 20) else { return Response(status: .badRequest) }
        guard kind == "pass" else { return Response(status: .ok, body: .bytes(body)) }
        do {
            return try await transport.send(
                Request(.post, upstream + "/chat/completions", headers: [.contentType: "application/json"], body: .bytes(body)))
        } catch {
            return Response(status: .badGateway)
        }
    }
    let server = HTTPServer(listen: ListenAddress(host: "127.0.0.1", port: 0), execution: .connection, logger: .silent)
    try await server.withServer(handler) { address in
        print(address)
        fflush(nil)
        try await SystemTime().sleep(for: .seconds(3600))
    }
}

/// Serves a gateway until it is ended, with all that a platform has on: a key with an owner, budgets at four levels, two
/// deployments to choose from, and a ledger. Prints the address.
func serve(upstream: String, transport name: String) async throws {
    if ["bare", "pass"].contains(name) { return try await serveLeast(name, upstream: upstream) }
    let book = UsageBook(store: MemoryShareStore(), holder: "benchmark")
    let gateway = try gateway(
        upstream: upstream, transport: name.hasPrefix("nio") ? try NIOTransport() : CurlTransport(), book: book)
    let server = HTTPServer(
        listen: ListenAddress(host: "127.0.0.1", port: 0), execution: name.hasSuffix("shared") ? .shared : .connection,
        logger: .silent)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await book.run() }
        try await server.withServer(gateway) { address in
            print(address)
            fflush(nil)
            // Ended by whoever started it.
            try await SystemTime().sleep(for: .seconds(3600))
        }
        tasks.cancelAll()
    }
}

extension Logger {
    static let silent = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
}

/// With a key, budgets at four levels, two deployments to choose from, and a ledger.
func gateway(
    upstream: String, transport: any Transport, book: UsageBook = UsageBook(store: MemoryShareStore(), holder: "benchmark")
) throws -> ModelGateway {
    let secrets = InMemorySecrets([.environment("UPSTREAM_KEY"): Secret("sk-upstream")])
    let deployments = ["one", "two"].map { name in
        Deployment(
            name,
            HTTPUpstream(
                upstream, UpstreamTarget(.openAI, model: "gpt-4o-mini"), name: name,
                key: .key(.environment("UPSTREAM_KEY"), secrets), transport: transport),
            prices: .init(input: 150_000_000, output: 600_000_000))
    }
    let subject = UsageSubject(tenant: "acme", project: "demo", user: "ada", runtime: "agent")
    let limits = InMemoryLimits([
        UsageLimit(UsageLimitID(.runtime, "demo/agent", "month"), cost: .dollars(1_000_000), per: .month(zone: "UTC")),
        UsageLimit(UsageLimitID(.user, "ada", "day"), cost: .dollars(1_000_000), per: .day(zone: "UTC")),
        UsageLimit(UsageLimitID(.project, "demo", "month"), cost: .dollars(1_000_000), per: .month(zone: "UTC")),
        UsageLimit(UsageLimitID(.tenant, "acme", "month"), cost: .dollars(1_000_000), per: .month(zone: "UTC")),
    ])
    return ModelGateway(
        router: try ModelRouter([ModelRoute("gpt-4o-mini", deployments)]),
        grants: InMemoryGrants([ModelGrant(id: "bench", keyHash: Token.hash(benchmarkKey), subject: subject)]),
        budgets: limits, book: book, logger: .silent)
}
