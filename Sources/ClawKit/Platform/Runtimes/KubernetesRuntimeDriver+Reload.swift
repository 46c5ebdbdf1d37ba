public import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import HTTPTypes

/// A program's being told that the values in its files have become others.
struct ReloadOutcome: Sendable, Hashable {
    /// The digest of the values.
    var revision: String
    /// RFC 3339; nil: its program began with them.
    var at: String?
    /// Why it was not told.
    var code: String?
    var message: String?

    /// On its pod.
    static let annotation = "clawkit.dev/reloaded"

    init(revision: String) { self.revision = revision }

    init?(_ pod: Pod) {
        guard let text = pod.annotations[Self.annotation], let object = (try? JSONParser.parse(Array(text.utf8)))?.object,
            let revision = object["revision"]?.string
        else { return nil }
        (self.revision, at) = (revision, object["at"]?.string)
        (code, message) = (object["code"]?.string, object["message"]?.string)
    }

    var text: String {
        var object: JSONObject = ["revision": .string(revision)]
        object.set("at", at)
        object.set("code", code)
        object.set("message", message)
        return JSON.object(object).description
    }
}

extension RuntimeCell {
    /// Whether the program of a pod that has its files is still to be told so.
    func owesReload(_ pod: RuntimeObservation.Pod) -> Bool {
        guard reload != nil, let digest = (try? delivery.get())?.digest, pod.environment == digest else { return false }
        return pod.reloaded?.revision != digest
    }

    /// The file, beside the values, that says which they are.
    static let revisionFile = "CLAW_ENVIRONMENT_REVISION"
}

extension RuntimeStatus {
    mutating func tellReload(_ pod: RuntimeObservation.Pod?) {
        reload = pod?.reloaded.flatMap { told in
            told.at.map { RuntimeReload(at: $0, isDone: told.code == nil, code: told.code, message: told.message) }
        }
    }
}

extension KubernetesRuntimeDriver {
    /// So long a node may take until the files have followed; kubelets look in a period of their own.
    private static let patience = Duration.minutes(5)
    private static let answerPatience = Duration.seconds(10)

    /// Tells the program, once its files are the new ones; what came of it stands on the pod.
    /// - Throws: ``Finding`` (`E_RELOAD_PENDING`) while they are on their way.
    func reload(_ cell: RuntimeCell) async throws {
        let id = RuntimeCellID(project: cell.project, name: cell.name, uid: cell.owner.uid)
        guard let wish = cell.reload, let revision = (try? cell.delivery.get())?.digest, let pod = pods.serving(id),
            !pod.isBeingDeleted, pod.annotations[RuntimeCell.environmentAnnotation] == revision
        else { return }
        var outcome = ReloadOutcome(revision: revision)
        do {
            try await tell(wish, revision, pod)
        } catch let finding as Finding {
            if finding.code == .reloadPending, !isOverdue(pod) { throw finding }
            (outcome.code, outcome.message) = (FindingCode.reloadFailed.rawValue, ForeignText.cleaned(finding.message))
        }
        outcome.at = caches.time.now.rfc3339()
        _ = try await api.mergePatch(
            Pod.self, pod.name, in: cell.project,
            ["metadata": ["uid": .string(pod.uid ?? ""), "annotations": [ReloadOutcome.annotation: .string(outcome.text)]]])
    }

    private func isOverdue(_ pod: Pod) -> Bool {
        let since = pod.annotations[RuntimeCell.deliveredAnnotation].flatMap { Timestamp(rfc3339: $0) }
        return since.map { caches.time.now - $0 > Self.patience } ?? false
    }

    private func tell(_ wish: EnvironmentReload, _ revision: String, _ pod: Pod) async throws {
        do {
            try await caches.time.withDeadline(Self.answerPatience, "The reload") {
                if let signal = wish.signal {
                    try await self.send(signal, revision, pod)
                } else if let path = wish.path {
                    try await self.call(path, revision, pod)
                }
            }
        } catch let error as TransportError {
            throw Finding(.reloadPending, "The program does not answer: \(error.message)")
        } catch let error as KubernetesError {
            throw Finding(.reloadPending, "The container could not be reached: \(error.message)")
        }
    }

    /// By a shell of the container's own. A container's first process is its program; on process nodes the node says which.
    /// One from a pool has no files: it asks for its bundle again.
    private static let script = #"""
        [ -n "${CLAW_BUNDLE_URL:-}" ] || [ "$(cat "$CLAW_ENVIRONMENT_DIR/CLAW_ENVIRONMENT_REVISION" 2>/dev/null)" = "$1" ] || exit 75
        [ -n "${CLAW_PROCESS_ID:-}" ] || [ -z "${CLAW_CONTAINER:-}" ] || { echo "the node is too old for signals" >&2; exit 69; }
        kill -s "$0" "${CLAW_PROCESS_ID:-1}"
        """#

    private func send(_ signal: EnvironmentReload.Signal, _ revision: String, _ pod: Pod) async throws {
        let result = try await api.run(
            pod.name, ["sh", "-c", Self.script, signal.rawValue, revision], in: pod.namespace,
            container: RuntimeCell.container, limit: 64 << 10)
        switch result.outcome.exitCode {
        case 0: return
        case 75: throw Finding(.reloadPending, "The files of the environment are on their way; the program is told then.")
        case let code:
            let said = ForeignText.cleaned(String(decoding: result.standardError.suffix(500), as: UTF8.self))
            throw Finding(.reloadFailed, "SIG\(signal.rawValue) was not sent (\(code)): \(said)")
        }
    }

    /// The program compares the revision with that of its files, and says 409 as long as they are others.
    private func call(_ path: String, _ revision: String, _ pod: Pod) async throws {
        guard let transport, let port = pod.spec?.containers.first?.ports.first,
            let endpoint = pod.endpoint(port: port.name.map { .string($0) } ?? .int(port.containerPort))
        else { throw Finding(.reloadFailed, "This orchestrator cannot reach the program; give it a transport to pods.") }
        var headers: HTTPFields = [.contentType: "application/json"]
        headers[.openClawToken] = try await GatewayTokens(api: api).token(of: pod).token?.reveal()
        let body = JSON.object(["revision": .string(revision)]).description
        let response = try await transport.send(
            Request(
                .post, "http://\(endpoint.authority)\(path)", headers: headers, body: .string(body),
                headTimeout: Self.answerPatience, idleTimeout: Self.answerPatience))
        switch response.status.code {
        case 200..<300: return
        case 409, 429, 500...599:
            throw Finding(.reloadPending, "The program answers \(path) with status \(response.status.code); it is asked again.")
        case let code: throw Finding(.reloadFailed, "The program answers \(path) with status \(code).")
        }
    }
}

extension FindingCode {
    /// A program is to be told of other values as soon as it has them.
    public static let reloadPending = FindingCode(rawValue: "E_RELOAD_PENDING")
    /// A program could not be told that its values are others.
    public static let reloadFailed = FindingCode(rawValue: "E_RELOAD")
}
