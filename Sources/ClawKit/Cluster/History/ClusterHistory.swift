public import ClawBase
public import ClawDocuments
public import ClawKubernetes
import DequeModule
import HTTPTypes
import Synchronization

/// What has happened in a cluster: every request, by whom and with what, and every revision of its objects.
///
///     var options = EmbeddedCluster.Options()
///     options.history = ClusterHistory()
///     …
///     let writes = history.requests.filter { $0.isWrite && $0.userAgent == "my-operator" }
///     let pod = history.revisions(of: Pod.self, "web-0", in: "default")
///     print(JSONDifference(pod[0].object, pod[1].object))
///
/// The data of Secrets is left out of what requests and revisions show. The oldest entries give way beyond the limit.
public final class ClusterHistory: Sendable {
    private struct State {
        var requests: Deque<Entry> = []
        var revisions: Deque<ObjectRevision> = []
        /// The number of the first request in the deque.
        var first = 0
    }

    private let state = Mutex(State())
    private let limit: Int

    /// - Parameter limit: how many requests, and how many revisions, are kept.
    public init(limit: Int = 100_000) { self.limit = max(1, limit) }

    /// A request and what became of it.
    public struct Entry: Sendable, CustomStringConvertible {
        /// From 0, in the order in which the requests came.
        public let number: Int
        public let time: Timestamp
        /// `admin`, `system:serviceaccount:demo:operator`, …
        public let user: String
        public let userAgent: String
        /// As roles name it: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`.
        public let verb: String
        /// Empty for the core group, and for paths that are no resources.
        public let group: String
        /// `pods`; a path where the request was for no resource.
        public let resource: String
        public let subresource: String
        public let namespace: String
        public let name: String
        public let isDryRun: Bool
        /// What was sent; nil where that was nothing, or no JSON.
        public let body: JSON?
        /// nil while the answer has not begun.
        public internal(set) var status: Int?

        /// Whether it was meant to change anything that is kept.
        public var isWrite: Bool { !["get", "list", "watch", "head", "options"].contains(verb) && !isDryRun }

        /// `update deployments.apps/status demo/web → 200`
        public var description: String {
            let kind = resource + (group.isEmpty ? "" : ".\(group)") + (subresource.isEmpty ? "" : "/\(subresource)")
            let place = [namespace, name].filter { !$0.isEmpty }.joined(separator: "/")
            return "\(verb) \(kind)\(place.isEmpty ? "" : " \(place)") → \(status.map(String.init) ?? "…")"
        }
    }

    /// In the order in which they came.
    public var requests: [Entry] { state.withLock { Array($0.requests) } }

    /// How many requests came in all.
    public var count: Int { state.withLock { $0.first + $0.requests.count } }

    /// Those from a number on.
    public func requests(from number: Int) -> [Entry] {
        state.withLock { state in Array(state.requests.dropFirst(max(0, number - state.first))) }
    }

    /// Every state an object was in, its deletion last.
    public func revisions<R: Resource>(of type: R.Type, _ name: String, in namespace: String? = nil) -> [ObjectRevision] {
        revisions { revision in
            revision.group == type.type.group && revision.plural == type.type.plural && revision.name == name
                && revision.namespace == (type.type.isNamespaced ? namespace ?? "default" : "")
        }
    }

    public func revisions(where isWanted: (ObjectRevision) -> Bool) -> [ObjectRevision] {
        state.withLock { $0.revisions.filter(isWanted) }
    }

    // MARK: noting

    func begin(_ request: Request, _ target: RequestTarget, user: UserInfo, at time: Timestamp) -> Int {
        let attributes = RequestAttributes(request, target, user: user)
        var (group, resource, subresource, name) = ("", "", "", "")
        switch attributes.target {
        case .path(let path): resource = path
        case .resource(let g, let r, let s, let n): (group, resource, subresource, name) = (g, r, s, n)
        }
        var body = request.body.value as? JSON
        if body == nil, let bytes = request.body.immediateBytes, !bytes.isEmpty { body = try? JSONParser.parse(bytes) }
        if name.isEmpty, attributes.verb == "create" { name = body?["metadata"]?["name"]?.string ?? "" }
        if group.isEmpty, resource == "secrets" { body = body?.withoutSecretData }
        return state.withLock { state in
            let number = state.first + state.requests.count
            state.requests.append(
                Entry(
                    number: number, time: time, user: user.name, userAgent: request.headers.value(.userAgent) ?? "",
                    verb: attributes.verb, group: group, resource: resource, subresource: subresource,
                    namespace: attributes.namespace, name: name,
                    isDryRun: request.query.items.contains { $0.name == "dryRun" && $0.value == "All" }, body: body))
            if state.requests.count > limit {
                state.requests.removeFirst()
                state.first += 1
            }
            return number
        }
    }

    func end(_ number: Int, status: Int) {
        state.withLock { state in
            guard number >= state.first, number - state.first < state.requests.count else { return }
            state.requests[number - state.first].status = status
        }
    }

    func note(_ collection: ObjectStore.Collection, _ event: ObjectStore.Event, at time: Timestamp) {
        var object = event.object
        if collection.group.isEmpty, collection.plural == "secrets", case .object(let redacted) = JSON.object(object).withoutSecretData {
            object = redacted
        }
        state.withLock { state in
            state.revisions.append(
                ObjectRevision(
                    version: event.revision, time: time, change: .init(event.change), group: collection.group,
                    plural: collection.plural, namespace: event.key.namespace, name: event.key.name, object: object))
            if state.revisions.count > limit { state.revisions.removeFirst() }
        }
    }
}

/// A state an object was in.
public struct ObjectRevision: Sendable, CustomStringConvertible {
    public enum Change: Sendable { case added, modified, deleted }

    /// The cluster's revision, `metadata.resourceVersion` of the object.
    public let version: UInt64
    public let time: Timestamp
    public let change: Change
    public let group: String
    public let plural: String
    /// Empty for objects of the whole cluster.
    public let namespace: String
    public let name: String
    public let object: JSONObject

    public var description: String { "\(version) \(change) \(plural) \(namespace.isEmpty ? "" : "\(namespace)/")\(name)" }
}

extension ObjectRevision.Change {
    init(_ change: ObjectStore.Change) {
        self =
            switch change {
            case .added: .added
            case .modified: .modified
            case .deleted: .deleted
            }
    }
}

extension JSON {
    fileprivate var withoutSecretData: JSON {
        guard case .object(var object) = self else { return self }
        for key in ["data", "stringData"] {
            guard case .object(let members)? = object[key] else { continue }
            object[key] = .object(JSONObject(members.map { ($0.name, "(redacted)") }))
        }
        return .object(object)
    }
}
