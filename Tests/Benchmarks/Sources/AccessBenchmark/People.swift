import BenchmarkSupport
import ClawBase
import ClawCluster
import ClawControl
import ClawKubernetes
import ClawModels
import ClawPlatform
import ClawResources
import Foundation

/// 100,000 users and 10,000 projects of ten members each: kept in a folder the first time, opened from it the second.
/// Each in a process of its own, so that the memory is only what opening takes.
func people(in folder: String) async throws {
    let (users, projects) = (100_000, 10_000)
    let isNew = !FileManager.default.fileExists(atPath: folder)
    var options = EmbeddedCluster.Options()
    options.dataDirectory = "\(folder)/cluster"
    options.controllers = []
    options.logger = .silent
    let start = ContinuousClock.now
    if isNew { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    let cluster = try await EmbeddedCluster(options)
    let store = try JournaledPlatformStore(directory: "\(folder)/platform")
    if isNew {
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
        return
    }
    let caches = SharedCaches(cluster.client)
    let (cache, members) = (caches.cache(Project.self), caches.cache(Member.self))
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await caches.run() }
        try await cache.waitUntilSynced()
        try await members.waitUntilSynced()
        let elapsed = (ContinuousClock.now - start).components
        let memory = residentMemory()
        let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
        guard cache.count == projects, members.count == users, try await store.row(User.kind, "user-99999") != nil else {
            throw Finding(.internalError, "Not everybody is there: \(cache.count) projects, \(members.count) members.")
        }
        report("100,000 users and 10,000 projects: resident", memory.now, "MB", String(format: "heap %.0f MB", memory.anonymous))
        report("  until they are there, from the disk", seconds, "s")
        group.cancelAll()
    }
}
