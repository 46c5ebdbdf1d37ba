import ClawBase
import ClawCluster
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawPlatform
import ClawResources
import HTTPTypes
import Logging
import Synchronization

/// A logger that says nothing.
let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A control plane over an embedded cluster, with the controllers it needs; runtimes are played by ``RuntimeActor``.
final class TestPlatform: Sendable {
    let cluster: EmbeddedCluster
    let store: any PlatformStore
    let caches: SharedCaches
    let controlPlane: ControlPlane
    let signer: SessionSigner
    let runtimes: RuntimeActor
    /// Everything the project controller sends.
    let projectCalls: RecordingTransport
    /// What the runtimes' programs are asked.
    let programs: ScriptedTransport
    let administrator: Secret<String>

    fileprivate init(
        _ cluster: EmbeddedCluster, _ store: any PlatformStore, _ configuration: ControlPlane.Configuration,
        _ time: any TimeSource, _ providers: [OpenIDProvider],
        _ program: @escaping @Sendable (Request) async throws -> Response
    ) async throws {
        (self.cluster, self.store) = (cluster, store)
        caches = SharedCaches(cluster.client)
        signer = SessionSigner(keys: .generate())
        programs = ScriptedTransport(program)
        projectCalls = RecordingTransport(cluster.transport)
        runtimes = RuntimeActor(cluster.client, caches)
        administrator = try await ControlPlane.bootstrapAdministrator(in: store, time: time) ?? Secret("")
        controlPlane = ControlPlane(
            api: cluster.client, caches: caches, store: store, signer: signer, configuration: configuration,
            runtimeTransport: programs, signInWith: providers, time: time, logger: silent)
    }

    fileprivate func run() async throws {
        let projects = ProjectKind.controller(caches: caches, logger: silent)
        let policies = PolicyController(caches: caches).controller(logger: silent)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await self.caches.run() }
            group.addTask { try await self.controlPlane.run() }
            group.addTask { try await self.runtimes.controller.run() }
            group.addTask { try await policies.run() }
            group.addTask { try await projects.run(writingWith: KubernetesClient(self.projectCalls)) }
        }
    }
}

/// Runs `body` with a platform that is ready, and ends everything afterwards.
///
/// - Parameters:
///   - time: the control plane's own; cluster and controllers have the machine's.
///   - program: answers in place of every runtime's program.
///   - prepare: runs before the control plane does.
func withPlatform(
    store: any PlatformStore = MemoryPlatformStore(), domain: String? = nil, publicURL: String = "http://claw.test",
    templates: [String]? = nil, time: any TimeSource = SystemTime(), providers: [OpenIDProvider] = [],
    proxyKey: Secret<String>? = nil,
    capacityDoor: @Sendable (EmbeddedCluster) async throws -> CapacityDoor? = { _ in nil },
    program: @escaping @Sendable (Request) async throws -> Response = { _ in .text("hello") },
    prepare: @Sendable (EmbeddedCluster) async throws -> Void = { _ in },
    _ body: @escaping @Sendable (TestPlatform) async throws -> Void
) async throws {
    var options = EmbeddedCluster.Options()
    options.logger = silent
    let cluster = try await EmbeddedCluster(options)
    try await withThrowingTaskGroup(of: Void.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await unlessCancelled { try await cluster.run() } }
        try await ClawGroup.install(in: cluster.client)
        try await prepare(cluster)
        var configuration = ControlPlane.Configuration(
            publicURL: publicURL, domain: domain, proxyKey: proxyKey, passwordCost: .test, templates: { templates })
        configuration.capacityDoor = try await capacityDoor(cluster)
        let platform = try await TestPlatform(cluster, store, configuration, time, providers, program)
        group.addTask { try await unlessCancelled { try await platform.run() } }
        group.addTask {
            try await SystemTime().withDeadline(.seconds(180), "The test") {
                try await eventually("ready") { await platform.call(.get, "/readyz").status == .ok }
                try await body(platform)
            }
            throw BodyEnded()
        }
        do {
            while try await group.next() != nil {}
        } catch is BodyEnded {}
    }
}

private struct BodyEnded: Error {}

private func unlessCancelled(_ body: () async throws -> Void) async throws {
    do { try await body() } catch  where Task.isCancelled {}
}

extension PasswordCost {
    /// Next to nothing.
    static let test = PasswordCost(logRounds: 4, blockSize: 1, parallelism: 1)
}

/// Waits until a condition holds.
func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(120)
    while !(try await condition()) {
        guard ContinuousClock.now < end else { throw Finding(.deadline, "Waited in vain until \(what).") }
        try await Task.sleep(for: .milliseconds(2))
    }
}
