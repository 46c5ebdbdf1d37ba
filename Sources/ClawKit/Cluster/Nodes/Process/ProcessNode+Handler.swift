public import ClawBase
import ClawKubernetes
import ClawModels
import HTTPTypes
import Synchronization

/// The kubelet's HTTP API, as far as the API server needs it: logs, streams, usage, and whether the node is there.
extension ProcessNode {
    public func respond(to request: Request) async -> Response {
        let mayUpgrade = request.wantsUpgrade && request.method == .post
        let path = request.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            .map { Percent.decode($0) }
        if let answer = await checkpoints(path, request) { return answer }
        guard request.method == .get || request.method == .head || mayUpgrade else {
            return refusal(405, "MethodNotAllowed", "the node answers GET only")
        }
        switch (path.first, path.count) {
        case ("healthz", 1): return .text("ok")
        case ("stats", 2) where path[1] == "summary": return summary()
        case ("containerLogs", 4): return containerLogs(path[1], path[2], path[3], request.query)
        case ("exec", 4): return exec(path[1], path[2], path[3], request)
        case ("attach", 4): return attach(path[1], path[2], path[3], request)
        case ("portForward", 3): return portForward(path[1], path[2], request)
        default:
            return refusal(
                404, "NotFound",
                "the node serves /checkpoint, /checkpoints, /containerLogs, /exec, /attach, /portForward, "
                    + "/stats/summary and /healthz")
        }
    }

    private func containerLogs(
        _ namespace: String, _ name: String, _ container: String, _ query: QueryParameters
    ) -> Response {
        let request: LogRequest
        do {
            request = try LogRequest(query, now: now)
        } catch let finding as Finding {
            return refusal(400, "BadRequest", finding.message)
        } catch {
            return refusal(400, "BadRequest", "\(error)")
        }
        guard let worker = worker(namespace, name) else {
            return refusal(404, "NotFound", "pod \"\(name)\" does not exist")
        }
        guard worker.pod.container(container) != nil else {
            return refusal(404, "NotFound", "container \"\(container)\" not found in pod \"\(name)\"")
        }
        let statuses =
            worker.status.initContainerStatuses + worker.status.containerStatuses
            + worker.status.ephemeralContainerStatuses
        guard let status = statuses.first(where: { $0.name == container }) else {
            return refusal(400, "BadRequest", "container \"\(container)\" in pod \"\(name)\" is not available")
        }
        switch Self.run(of: status, previous: request.previous, pod: name) {
        case .failure(let problem): return refusal(400, "BadRequest", problem.message)
        case .success(let attempt): return log(logs.path(worker.pod, container, attempt: attempt), request)
        }
    }

    struct LogProblem: Error, Equatable { var message: String }

    /// Which run of a container is meant, by the kubelet's rules.
    static func run(of status: ContainerStatus, previous: Bool, pod: String) -> Result<Int, LogProblem> {
        let hasLast = status.lastState?.terminated != nil
        let isWaiting = status.state?.waiting != nil
        if previous {
            guard hasLast else {
                return .failure(
                    LogProblem(
                        message: "previous terminated container \"\(status.name)\" in pod \"\(pod)\" not found"))
            }
        } else if isWaiting, !hasLast {
            let reason = status.state?.waiting?.reason ?? "ContainerCreating"
            let detail = status.state?.waiting?.message ?? reason
            return .failure(
                LogProblem(
                    message: "container \"\(status.name)\" in pod \"\(pod)\" is waiting to start: \(detail)"))
        }
        // A waiting container's count is that of the run that ended, unless the next one is just being started.
        let isBetween =
            isWaiting
            && ["CrashLoopBackOff", ContainerMachine.nodeStopped].contains(status.state?.waiting?.reason ?? "")
        if isBetween { return .success(status.restartCount) }
        return .success(previous || isWaiting ? max(0, status.restartCount - 1) : status.restartCount)
    }

    private func log(_ path: String, _ request: LogRequest) -> Response {
        do {
            let reader = try LogReader(path: path, log: logs.beingWritten(path), request)
            return Response(
                status: .ok, headers: [.contentType: "text/plain"],
                body: .stream(ByteStream(pulling: { try await reader.next() })))
        } catch {
            // Started, and nothing kept of it: lost with a crash, or too old.
            return Response(status: .ok, headers: [.contentType: "text/plain"])
        }
    }

    /// A `Status`, so that it may pass through the API server to the client as it is.
    func refusal(_ code: Int, _ reason: String, _ message: String) -> Response {
        APIStatus(code: code, reason: reason, message: message).response
    }
}
