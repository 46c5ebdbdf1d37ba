import BenchmarkSupport
import ClawBase
import ClawCluster
import ClawControl
import ClawCustomResources
import ClawKubernetes
import Foundation
import Synchronization

/// An operator of sites as a process of its own, over loopback: so many from nothing until each has its copy, then rest,
/// then a second life.
func measureOperator(_ name: String, _ count: Int, _ command: [String]) async throws {
    try await withServedCluster(nodes: max(10, count / 50)) { cluster, kubeconfig, requests in
        let client = cluster.client
        try await Site.install(in: client)
        let namespaces = min(50, count)
        for index in 0..<namespaces {
            _ = try await client.create(Namespace(metadata: ObjectMeta(name: "p\(index)")))
        }
        let process = try OperatorProcess(command, kubeconfig: kubeconfig)
        try await untilWatching(process, requests, since: .init())

        let (before, cpu) = (requests.now, process.processorTime)
        let (time, _) = try await measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await untilReady(count, client, process) }
                for worker in 0..<8 {
                    group.addTask {
                        for index in stride(from: worker, to: count, by: 8) {
                            _ = try await client.create(Site("s\(index)", in: "p\(index % namespaces)"))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        let made = requests.now - before
        report(
            "\(name): \(count) sites until each is ready", Double(count) / time.wall, "objects/s wall",
            String(
                format: "%.1f s CPU; %.1f requests per object, %.1f of them writes", process.processorTime - cpu,
                Double(made.all) / Double(count), Double(made.writes) / Double(count)))
        report("\(name): the most memory", process.peakMemory, "MB")

        try await Task.sleep(for: .seconds(15))
        let (rest, restCPU) = (requests.now, process.processorTime)
        try await Task.sleep(for: .seconds(10))
        let (atRest, percent) = (requests.now - rest, (process.processorTime - restCPU) * 10)
        report("\(name): at rest", percent, "% CPU", "\(atRest.all) requests in 10 s, \(atRest.writes) of them writes")

        try await process.end()
        let start = requests.now
        let second = try OperatorProcess(command, kubeconfig: kubeconfig)
        try await untilWatching(second, requests, since: start)
        try await Task.sleep(for: .seconds(10))
        let again = requests.now - start
        report(
            "\(name): a second life", Double(again.writes), "writes",
            String(format: "of %d requests; %.1f s CPU", again.all, second.processorTime))
        try await second.end()
    }
}

/// Waits until the operator watches, and has been quiet for two seconds.
private func untilWatching(
    _ process: OperatorProcess, _ requests: RequestCount, since start: RequestCount.Numbers
) async throws {
    let end = ContinuousClock.now + .seconds(60)
    var (last, quiet) = (-1, 0)
    while quiet < 20 {
        if let obituary = process.obituary { throw Finding(.internalError, obituary) }
        if ContinuousClock.now > end { throw Finding(.deadline, "The operator does not begin to watch.") }
        let now = requests.now - start
        quiet = now.watches >= 2 && now.all == last ? quiet + 1 : 0
        last = now.all
        try await Task.sleep(for: .milliseconds(100))
    }
}

private func untilReady(_ count: Int, _ client: KubernetesClient, _ process: OperatorProcess) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            var ready: Set<String> = []
            for try await event in client.watch(Site.self) {
                let sites: [Site] =
                    switch event {
                    case .snapshot(let sites): sites
                    case .applied(let site): [site]
                    case .deleted: []
                    }
                for site in sites where (site.status?.ready ?? 0) >= 1 { ready.insert(site.name) }
                if ready.count == count { return }
            }
        }
        group.addTask {
            let end = ContinuousClock.now + .seconds(600)
            while ContinuousClock.now < end {
                if let obituary = process.obituary { throw Finding(.internalError, obituary) }
                try await Task.sleep(for: .seconds(1))
            }
            throw Finding(.deadline, "Not all sites became ready within ten minutes.")
        }
        defer { group.cancelAll() }
        try await group.next()
    }
}
