import ClawBase
import ClawDocuments
package import ClawKubernetes
import ClawModels
import HTTPTypes
import Synchronization

/// One write of a reconcile.
public struct WriteRecord: Sendable, Hashable {
    /// `create`, `update`, `patch`, `apply`, `delete`
    public let verb: String
    /// `deployments.apps`, or the path of what is no resource
    public let resource: String
    public let object: ObjectKey
    public let subresource: String?
    /// The status code of a refusal; 0 where no answer came; nil where it was done.
    public let refusal: Int?
}

extension WriteRecord: CustomStringConvertible {
    /// `apply deployments.apps demo/web`
    public var description: String {
        let part = subresource.map { "/\($0)" } ?? ""
        return "\(verb) \(resource)\(part) \(object)" + (refusal.map { $0 == 0 ? " (no answer)" : " (\($0))" } ?? "")
    }
}

extension SharedCaches {
    /// The API, where the answers of writes are entered in the caches: whoever looks after a write sees it, whenever the
    /// watch tells of it.
    package var notingAPI: any KubernetesAPI { RecordedAPI(base: api, caches: self, writer: nil, log: WriteLog()) }
}

/// What a reconcile wrote: the first writes, and how many there were.
final class WriteLog: Sendable {
    static let limit = 32
    private let state = Mutex<(first: [WriteRecord], count: Int)>(([], 0))

    func add(_ record: WriteRecord) {
        state.withLock { state in
            state.count += 1
            if state.first.count < Self.limit { state.first.append(record) }
        }
    }

    var all: (first: [WriteRecord], count: Int) { state.withLock { $0 } }
}

/// The API that a reconcile writes with: each write is recorded, and its answer entered in the caches.
struct RecordedAPI: KubernetesAPI {
    let base: any KubernetesAPI
    let caches: SharedCaches
    /// nil: no reconcile of a controller, so that all hear of it.
    let writer: Writer?
    let log: WriteLog

    var reading: DocumentReading { base.reading }

    func document(for request: APIRequest) async throws -> JSONObject {
        guard request.isWrite else { return try await base.document(for: request) }
        do {
            let answer = try await base.document(for: request)
            log.add(WriteRecord(request, refusal: nil))
            note(answer, request)
            return answer
        } catch {
            log.add(WriteRecord(request, refusal: (error as? KubernetesError)?.code ?? 0))
            throw error
        }
    }

    func stream(for request: APIRequest) async throws -> Body { try await base.stream(for: request) }

    func webSocket(for request: APIRequest, subprotocols: [String]) async throws -> WebSocket {
        try await base.webSocket(for: request, subprotocols: subprotocols)
    }

    private func note(_ answer: JSONObject, _ request: APIRequest) {
        guard let target = request.target, [nil, "status"].contains(target.subresource),
            request.query["dryRun"] == nil
        else { return }
        if request.method == .delete {
            guard let name = target.name else { return }
            switch Deletion<DynamicObject>(answer, target.type) {
            case .pending: caches.noteWritten(answer, target.type, by: writer)
            case .done:
                let isObject = answer.string(.kind) == target.type.kind
                let version = isObject ? DynamicObject(document: answer).resourceVersion.flatMap { UInt64($0) } : nil
                caches.noteDeleted(
                    ObjectKey(namespace: target.namespace ?? "", name: name), target.type,
                    uid: request.body?["preconditions"]?["uid"]?.string, version: version ?? 0, by: writer)
            }
        } else if answer[.metadata]?["uid"] != nil {
            caches.noteWritten(answer, target.type, by: writer)
        }
    }
}

extension WriteRecord {
    fileprivate init(_ request: APIRequest, refusal: Int?) {
        let target = request.target
        let verb =
            switch request.method {
            case .post: "create"
            case .put: "update"
            case .delete: "delete"
            case .patch: request.contentType.contains("apply-patch") ? "apply" : "patch"
            default: request.method.rawValue.lowercased()
            }
        let name = target?.name ?? request.body?["metadata"]?["name"]?.string ?? ""
        self.init(
            verb: verb, resource: target?.type.qualifiedName ?? request.path,
            object: ObjectKey(namespace: target?.namespace ?? "", name: name), subresource: target?.subresource,
            refusal: refusal)
    }
}
