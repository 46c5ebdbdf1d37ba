import BenchmarkSupport
import ClawBase
import ClawCluster
import ClawControl
import ClawHTTPServer
import ClawKubernetes
import ClawModels
import ClawPlatform
import ClawResources
import Foundation

/// 100,000 users and 10,000 projects of ten members each: kept in a folder the first time, opened from it the second, by
/// a control plane whose cluster is a process of its own, and by one that has its cluster in itself. Each in a process
/// of its own, so that the memory is only what opening takes.
func people(in folder: String) async throws {
    if !FileManager.default.fileExists(atPath: folder) { return try await makePeople(in: folder) }
    let cluster = Process()
    cluster.executableURL = URL(filePath: CommandLine.arguments[0])
    cluster.arguments = ["people", folder, "cluster"]
    let output = Pipe()
    cluster.standardOutput = output
    try cluster.run()
    defer { cluster.terminate() }
    // It says one line once it serves.
    _ = output.fileHandleForReading.availableData
    let transport = try ClusterTransport(ClusterAccess.load(explicit: "\(folder)/kubeconfig"))
    let start = ContinuousClock.now
    try await open(KubernetesClient(transport.retrying(.kubernetes)), in: folder, since: start, "its cluster elsewhere")
    await transport.shutdown()
}

/// The same with the cluster in this process.
func peopleAlone(in folder: String) async throws {
    let start = ContinuousClock.now
    let cluster = try await EmbeddedCluster(clusterOptions(in: folder))
    try await open(cluster.client, in: folder, since: start, "its cluster in itself")
    try cluster.close()
}

/// Serves the cluster of a folder until it is ended, as `claw cluster dev` does.
func serveCluster(of folder: String) async throws {
    var options = clusterOptions(in: folder)
    let token = Token.random(prefix: "bench")
    options.administratorToken = token
    let cluster = try await EmbeddedCluster(options)
    let authority = try CertificateAuthority.create(commonName: "benchmark", now: SystemTime().now)
    let issued = try authority.issueServer(hosts: ["127.0.0.1"], now: SystemTime().now)
    let server = HTTPServer(
        listen: ListenAddress(host: "127.0.0.1", port: 0),
        tls: TLSIdentity(certificateChain: issued.certificatePEM, key: issued.keyPEM), logger: .silent)
    try await server.withServer(cluster.handler) { address in
        var access = ClusterAccess(server: "https://\(address)")
        access.certificateAuthority = authority.certificatePEM
        access.token = token
        try Kubeconfig.text(for: access, name: "benchmark", user: "admin")
            .write(toFile: "\(folder)/kubeconfig", atomically: true, encoding: .utf8)
        print("ready")
        fflush(nil)
        try await SystemTime().sleep(for: .seconds(600))
    }
}

private let (users, projects) = (100_000, 10_000)

private func clusterOptions(in folder: String) -> EmbeddedCluster.Options {
    var options = EmbeddedCluster.Options()
    options.dataDirectory = "\(folder)/cluster"
    options.controllers = []
    options.logger = .silent
    return options
}

private func makePeople(in folder: String) async throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let cluster = try await EmbeddedCluster(clusterOptions(in: folder))
    let store = try JournaledPlatformStore(directory: "\(folder)/platform")
    try await ClawGroup.install(in: cluster.client)
    let now = SystemTime().now
    for number in 0..<users {
        let hash = Token.hash("token \(number)")
        try await store.create(
            User(
                name: "user-\(number)", credentials: [.init(hash: hash, label: "login", createdAt: now)],
                createdAt: now))
    }
    for number in 0..<projects {
        let name = "project-\(number)"
        _ = try await cluster.client.create(Namespace(metadata: ObjectMeta(name: name)))
        _ = try await cluster.client.create(Project(name: name, tenant: "acme"))
        for user in 0..<10 {
            _ = try await cluster.client.create(Member("user-\(number * 10 + user)", of: name, role: .developer))
        }
    }
    try store.close()
    try cluster.close()
}

/// What a control plane knows of people, from the moment it begins until all of it is there.
private func open(
    _ client: KubernetesClient, in folder: String, since start: ContinuousClock.Instant, _ what: String
) async throws {
    let store = try JournaledPlatformStore(directory: "\(folder)/platform")
    let caches = SharedCaches(client)
    let (cache, members) = (caches.cache(Project.self), caches.cache(Member.self))
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await caches.run() }
        try await cache.waitUntilSynced()
        try await members.waitUntilSynced()
        let elapsed = (ContinuousClock.now - start).components
        let memory = residentMemory()
        let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
        guard cache.count == projects, members.count == users, try await store.row(User.kind, "user-99999") != nil else {
            throw Finding(
                .internalError, "Not everybody is there: \(cache.count) projects, \(members.count) members.")
        }
        report(
            "100,000 users and 10,000 projects, \(what): resident", memory.now, "MB",
            String(format: "heap %.0f MB", memory.anonymous))
        report("  until they are there", seconds, "s")
        group.cancelAll()
    }
    try store.close()
}
