import ClawBase
import ClawDocuments
import ClawModels
import HTTPTypes
import Synchronization

/// What the node and its pods use, as a kubelet tells it at `/stats/summary`.
extension ProcessNode {
    func summary() -> Response {
        let (now, usages) = (now, ProcessUsage.bySession())
        var (whole, wholeRate) = (ProcessUsage(), UInt64(0))
        var measured: Set<String> = []
        var pods: [JSON] = []
        for worker in workers.withLock({ Array($0.values) }) {
            var containers: [JSON] = []
            let status = worker.status
            for status in status.initContainerStatuses + status.containerStatuses + status.ephemeralContainerStatuses {
                guard let running = worker.running(status.name), let usage = usages[running.handle.pid] else {
                    continue
                }
                let id = "\(worker.uid)/\(status.name)/\(running.handle.pid)"
                measured.insert(id)
                let start = status.state?.running?.startedAt.flatMap { Timestamp(rfc3339: $0) }
                let rate = meter.rate(id, usage.processorNanoseconds, since: start, now: now)
                (whole, wholeRate) = (whole + usage, wholeRate + rate)
                containers.append(Self.entry(["name": .string(status.name)], usage, rate, now))
            }
            let pod = worker.pod
            pods.append([
                "podRef": [
                    "name": .string(pod.name), "namespace": .string(pod.namespace ?? ""), "uid": .string(worker.uid),
                ],
                "containers": .array(containers),
            ])
        }
        meter.forget(except: measured)
        let node = Self.entry(["nodeName": .string(configuration.name)], whole, wholeRate, now)
        return .document(["node": node, "pods": .array(pods)])
    }

    private static func entry(_ name: JSONObject, _ usage: ProcessUsage, _ rate: UInt64, _ now: Timestamp) -> JSON {
        var entry = name
        let time = JSON.string(now.rfc3339())
        entry["cpu"] = [
            "time": time, "usageNanoCores": .integer(Int64(clamping: rate)),
            "usageCoreNanoSeconds": .integer(Int64(clamping: usage.processorNanoseconds)),
        ]
        entry["memory"] = [
            "time": time, "workingSetBytes": .integer(Int64(clamping: usage.residentBytes)),
            "rssBytes": .integer(Int64(clamping: usage.residentBytes)),
        ]
        return .object(entry)
    }
}
