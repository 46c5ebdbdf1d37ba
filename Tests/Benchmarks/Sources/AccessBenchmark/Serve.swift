import BenchmarkSupport
import ClawBase
import ClawCluster
import ClawControl
import ClawHTTPServer
import ClawKubernetes
import ClawPlatform
import ClawResources
import Foundation
import Logging

/// Serves a control plane with one runtime that is ready, over an embedded cluster. Prints the check's address, then the
/// headers of a proxy's question, one a line.
func serve() async throws {
    let time = SystemTime()
    var options = EmbeddedCluster.Options()
    options.controllers = []
    let cluster = try await EmbeddedCluster(options)
    let api = cluster.client
    try await ClawGroup.install(in: api)
    _ = try await api.create(Namespace(metadata: ObjectMeta(name: "demo")))
    _ = try await api.create(Project(name: "demo", tenant: "acme"))
    _ = try await api.create(Member("ada", of: "demo", role: .developer))
    var runtime = try await api.create(
        Runtime(metadata: ObjectMeta(name: "ada", namespace: "demo"), spec: RuntimeSpec(user: "ada")))
    runtime.status.phase = .ready
    _ = try await api.replaceStatus(runtime)
    let store = MemoryPlatformStore()
    let signer = SessionSigner(keys: .generate(at: time.now))
    let session = Session(
        id: RecordID.make(at: time.now), user: "ada", issuedAt: time.now, expiresAt: time.now + .seconds(36000), epoch: 0)
    try await store.create(User(name: "ada", createdAt: session.issuedAt))
    try await store.begin(
        SessionRecord(id: session.id, user: "ada", createdAt: session.issuedAt, expiresAt: session.expiresAt))
    let caches = SharedCaches(api)
    let controlPlane = ControlPlane(
        api: api, caches: caches, store: store, signer: signer,
        configuration: ControlPlane.Configuration(publicURL: "https://claw.test", domain: "claw.test"),
        runtimeTransport: CurlTransport(), logger: .silent)
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await caches.run() }
        group.addTask { try await controlPlane.run() }
        try await caches.cache(Runtime.self).waitUntilSynced()
        try await caches.cache(Project.self).waitUntilSynced()
        try await caches.cache(Route.self).waitUntilSynced()
        try await serve(controlPlane.handler, cookie: signer.sign(session).reveal())
        group.cancelAll()
    }
}

/// Serves an answer of the same size that nobody decided: what the server itself takes.
func serveBare() async throws {
    let handler = ClosureHandler { _ in
        Response(status: .ok, headers: [IdentityHeaders.user: "ada", IdentityHeaders.runtime: "demo/ada"])
    }
    try await serve(handler, cookie: String(repeating: "c", count: 180))
}

private func serve(_ handler: some Handler, cookie: String) async throws {
    let server = HTTPServer(listen: try ListenAddress("127.0.0.1:0"), execution: .connection, logger: .silent)
    try await server.withServer(handler) { address in
        print("http://\(address)/api/v1/access/check")
        for (name, value) in Load.headers(cookie: cookie) { print("\(name): \(value)") }
        fflush(nil)
        // Ended by whoever started it.
        try await SystemTime().sleep(for: .seconds(3600))
    }
}

extension Logger {
    static let silent = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
}
