import ClawDocuments
import ClawSchemas

/// A pod in a word, as `kubectl get pods` has it: why a container waits or ended goes before the pod's phase, and a
/// container that is to run first before all others.
struct PodSummary {
    private(set) var word: String
    private(set) var ready = 0
    private(set) var containers: Int
    private(set) var restarts: Int64 = 0
    /// When the container that restarted last had ended; nil where none restarted.
    private(set) var lastRestart: String?

    init(_ pod: Field) {
        let status = pod["status"]
        let phase = status["phase"].string
        word = status["reason"].string.isEmpty ? phase : status["reason"].string
        if status["conditions"].items.contains(where: {
            $0["type"].string == "PodScheduled" && $0["reason"].string == "SchedulingGated"
        }) {
            word = "SchedulingGated"
        }
        let initial = pod["spec"]["initContainers"].items
        let sidecars = Set(initial.filter { $0["restartPolicy"].string == "Always" }.map { $0["name"].string })
        containers = pod["spec"]["containers"].items.count + sidecars.count
        let isInitializing = readInitial(status["initContainerStatuses"].items, of: initial.count, sidecars)
        if !isInitializing || pod.condition("Initialized")?["status"].string == "True" {
            readMain(
                status["containerStatuses"].items,
                sidecars: status["initContainerStatuses"].items.filter { sidecars.contains($0["name"].string) },
                isReady: pod.condition("Ready")?["status"].string == "True")
        }
        guard pod["metadata"]["deletionTimestamp"].isSet else { return }
        if status["reason"].string == "NodeLost" {
            word = "Unknown"
        } else if phase != "Succeeded", phase != "Failed" {
            word = "Terminating"
        }
    }

    private mutating func count(_ container: Field) {
        restarts += container["restartCount"].integer ?? 0
        let ended = container["lastState"]["terminated"]["finishedAt"].string
        // RFC 3339 in UTC sorts as time does.
        if !ended.isEmpty, ended > lastRestart ?? "" { lastRestart = ended }
    }

    /// - Returns: whether one of them has still to run.
    private mutating func readInitial(_ statuses: [Field], of total: Int, _ sidecars: Set<String>) -> Bool {
        for (index, container) in statuses.enumerated() {
            count(container)
            let (ended, isSidecar) = (container["state"]["terminated"], sidecars.contains(container["name"].string))
            if ended.isSet, ended["exitCode"].integer ?? 0 == 0 { continue }
            if isSidecar, container["started"].isTrue {
                if container["ready"].isTrue { ready += 1 }
                continue
            }
            let waiting = container["state"]["waiting"]["reason"].string
            if ended.isSet {
                word = "Init:\(Self.end(ended))"
            } else if !waiting.isEmpty, waiting != "PodInitializing" {
                word = "Init:\(waiting)"
            } else {
                word = "Init:\(index)/\(total)"
            }
            return true
        }
        return false
    }

    private mutating func readMain(_ statuses: [Field], sidecars: [Field], isReady: Bool) {
        (restarts, lastRestart) = (0, nil)
        for sidecar in sidecars { count(sidecar) }
        var (hasRunning, failure) = (false, "")
        for container in statuses.reversed() {
            count(container)
            let (waiting, ended) = (container["state"]["waiting"]["reason"].string, container["state"]["terminated"])
            if !waiting.isEmpty {
                word = waiting
            } else if ended.isSet {
                word = Self.end(ended)
                if ended["exitCode"].integer ?? 0 != 0 { failure = word }
            } else if container["ready"].isTrue, container["state"]["running"].isSet {
                hasRunning = true
                ready += 1
            }
        }
        guard word == "Completed" else { return }
        if hasRunning, isReady {
            word = "Running"
        } else if !failure.isEmpty {
            word = failure
        } else if hasRunning {
            word = "NotReady"
        }
    }

    private static func end(_ ended: Field) -> String {
        if !ended["reason"].string.isEmpty { return ended["reason"].string }
        if let signal = ended["signal"].integer, signal != 0 { return "Signal:\(signal)" }
        return "ExitCode:\(ended["exitCode"].integer ?? 0)"
    }
}
