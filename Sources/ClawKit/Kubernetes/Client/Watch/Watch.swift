import HTTPTypes

/// The objects of a kind as they change, for as long as the sequence is iterated.
///
/// Hides what the protocol makes visible: the list before the watch, bookmarks, the server's time limits, lost
/// connections, expired versions (410). It never ends by itself; it throws only what trying again cannot mend:
/// an `Unauthorized` or `Forbidden` answer, a kind the server does not know, an answer of the wrong types,
/// cancellation.
/// Pull-driven: nothing is read ahead of the consumer.
///
/// Protocol: <https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes>
public struct Watch<R: Resource>: AsyncSequence, Sendable {
    public typealias Element = WatchEvent<R>

    let api: any KubernetesAPI
    let kind: ResourceType
    let namespace: String?
    let selection: Selection
    let time: any TimeSource

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(watch: self) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        /// disconnected → listed → watching → listed (a connection ended) or disconnected (the version is void).
        private enum State {
            case disconnected
            case listed(resourceVersion: String)
            case watching(WatchLines, resourceVersion: String)
        }

        private let watch: Watch
        private var state = State.disconnected
        /// Since a connection last told something; a list alone does not prove that watching works.
        private var failures = 0
        private var connected = Timestamp(seconds: 0)
        private var hasHeard = false

        init(watch: Watch) { self.watch = watch }

        public mutating func next() async throws -> WatchEvent<R>? {
            while true {
                try Task.checkCancellation()
                do {
                    if let event = try await step() { return event }
                } catch let error as CancellationError {
                    throw error
                } catch let error as KubernetesError where [401, 403, 404].contains(error.code) {
                    throw error
                } catch let error as SchemaMismatch {
                    throw error
                } catch let error as Finding where [.badName, .badRequest].contains(error.code) {
                    throw error
                } catch {
                    // A cancelled exchange may end with any error.
                    try Task.checkCancellation()
                    try await recover(from: error)
                }
            }
        }

        /// One move of the state machine; nil where it yields no event.
        private mutating func step() async throws -> WatchEvent<R>? {
            switch state {
            case .disconnected:
                let list = try await watch.api.list(
                    R.self, of: watch.kind, in: watch.namespace, matching: watch.selection)
                state = .listed(resourceVersion: list.resourceVersion ?? "0")
                return .snapshot(list.items)
            case .listed(let version):
                let body = try await watch.api.stream(for: try request(from: version))
                (connected, hasHeard) = (watch.time.now, false)
                state = .watching(WatchLines(body), resourceVersion: version)
                return nil
            case .watching(var lines, let version):
                guard let event = try await lines.next() else {
                    state = .listed(resourceVersion: version)
                    try await endOfConnection()
                    return nil
                }
                (failures, hasHeard) = (0, true)
                return try take(event, lines: lines, version: version)
            }
        }

        private func request(from version: String) throws -> APIRequest {
            var query: QueryParameters = [
                "watch": "true", "resourceVersion": version, "allowWatchBookmarks": "true",
                "timeoutSeconds": "\(Int.random(in: 290...590))",
            ]
            try watch.selection.add(to: &query)
            var request = try APIRequest.collection(.get, watch.kind, in: watch.namespace, query: query)
            request.accept = R.representation.accept(list: false)
            // Servers send a bookmark about every minute; ten minutes of silence is a dead connection.
            request.idleTimeout = .seconds(600)
            return request
        }

        private mutating func take(_ event: JSONObject, lines: WatchLines, version: String) throws -> WatchEvent<R>? {
            guard let document = event[.object]?.object else { throw WatchProtocolError.noObject }
            let type = event.string(.type) ?? ""
            if type == "ERROR" {
                throw KubernetesError(status: document.int(.code) ?? 500, .object(document))
            }
            let object = R(document: document, type: watch.kind)
            state = .watching(lines, resourceVersion: object.metadata.resourceVersion ?? version)
            switch type {
            case "ADDED", "MODIFIED": return .applied(object)
            case "DELETED": return .deleted(object)
            case "BOOKMARK": return nil
            default: throw WatchProtocolError.unknownEvent(type)
            }
        }

        /// The server ended the connection: its time limit, usually. One that ends connections as soon as they begin
        /// is not to be asked again at once.
        private mutating func endOfConnection() async throws {
            if hasHeard || watch.time.now - connected >= .seconds(1) {
                failures = 0
            } else {
                failures += 1
                try await backOff()
            }
        }

        private mutating func recover(from error: any Error) async throws {
            if case .watching(_, let version) = state { state = .listed(resourceVersion: version) }
            if Self.voidsVersion(error) { state = .disconnected }
            failures += 1
            // A new list mends an expired version; it is waited for only where that did not help.
            if let error = error as? KubernetesError, error.isExpired, failures == 1 { return }
            try await backOff()
        }

        private func backOff() async throws {
            try await watch.time.sleep(for: Backoff.watch.delay(afterFailures: failures))
        }

        /// Whether to begin with a new list. A lost connection or a server that is busy leaves the version good; any
        /// other refusal may be about the version itself, and after nonsense nothing is certain.
        private static func voidsVersion(_ error: any Error) -> Bool {
            switch error {
            case let error as KubernetesError: ![429, 502, 503].contains(error.code)
            case is WatchProtocolError, is JSONError: true
            default: false
            }
        }
    }
}

/// The server broke the watch protocol.
enum WatchProtocolError: Error {
    case noObject
    case unknownEvent(String)
    case lineTooLong(limit: Int)
}

extension KubernetesAPI {
    /// Watches the objects of a kind, in one namespace or (nil) in all.
    public func watch<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, in namespace: String? = nil,
        matching selection: Selection = .all, time: some TimeSource = .system
    ) -> Watch<R> {
        Watch(api: self, kind: kind, namespace: namespace, selection: selection, time: time)
    }
}
