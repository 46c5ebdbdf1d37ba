import BenchmarkSupport
import ClawCluster
import ClawControl
import Foundation

/// What so many Rollouts ask of the API server until all are ready and nothing is under way: the requests for each, by
/// kind, verb and who asks. Where the time goes is seen here before it is seen in a profile.
func countRequests(_ count: Int) async throws {
    let history = ClusterHistory(limit: 10_000_000)
    try await withOperator(nodes: 10, history: history) { cluster, caches, controller in
        let start = history.count
        try await createAndWait(count, cluster, caches)
        while !controller.isIdle { try await Task.sleep(for: .milliseconds(50)) }
        try await Task.sleep(for: .seconds(35))
        var counts: [String: Int] = [:]
        for entry in history.requests(from: start) {
            let place = entry.resource + (entry.subresource.isEmpty ? "" : "/\(entry.subresource)")
            counts["\(entry.verb) \(place) by \(entry.userAgent) \(entry.status.map(String.init) ?? "")", default: 0] += 1
        }
        for (what, times) in counts.sorted(by: { ($0.value, $1.key) > ($1.value, $0.key) }) where times * 20 > count {
            report(what, Double(times) / Double(count), "for each Rollout")
        }
    }
}
