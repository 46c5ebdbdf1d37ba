import BenchmarkSupport
import ClawApps
import ClawCluster
import ClawControl

/// Reconciles that find everything as it should be, on one core's worth of time.
func measureReconciles() async throws {
    let (count, rounds) = (100, 100)
    try await withOperator(nodes: 10) { cluster, caches, controller in
        try await createAndWait(count, cluster, caches)
        while !controller.isIdle { try await Task.sleep(for: .milliseconds(5)) }
        var best = Measurement.none
        for _ in 0..<3 {
            let (time, _) = await measure {
                for _ in 0..<rounds {
                    controller.resync()
                    while !controller.isIdle { await Task.yield() }
                }
            }
            best.keepBetter(time)
        }
        report("reconciles of Rollouts that change nothing", count * rounds, "reconciles", best)
        let key = caches.cache(Rollout.self).keys.sorted()[0]
        if let last = controller.records(of: key).last { print("  the last of \(key): \(last)") }
    }
}
