import HTTPTypes

/// The objects of a kind as they change, for as long as the sequence is iterated.
///
/// Hides what the protocol makes visible: the list before the watch, bookmarks, the server's time limits, lost
/// connections, expired versions (410). It never ends by itself; it throws only what trying again cannot mend:
/// an `Unauthorized` or `Forbidden` answer, a kind the server does not know, an answer of the wrong types,
/// cancellation.
/// Pull-driven: nothing is read ahead of the consumer.
///
/// A watch can be taken up again elsewhere: ``AsyncIterator/resourceVersion``, or that of the last object handled, goes
/// into `resumingAfter`. The server may have forgotten it meanwhile; then a snapshot comes first, as ever.
///
/// Protocol: <https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes>
public struct Watch<R: Resource>: AsyncSequence, Sendable {
    public typealias Element = WatchEvent<R>

    let api: any KubernetesAPI
    let kind: ResourceType
    let namespace: String?
    let selection: Selection
    let time: any TimeSource
    var options = Options()

    struct Options: Sendable {
        /// Where the first watch goes on from; nil: with a snapshot.
        var start: String?
        var streamsSnapshot = false
    }

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
        /// The server does not send its state as a stream.
        private var mustList = false

        init(watch: Watch) {
            self.watch = watch
            if let start = watch.options.start { state = .listed(resourceVersion: start) }
        }

        /// What has been told so far, as a version to go on from; nil before the first event.
        public var resourceVersion: String? {
            switch state {
            case .disconnected: nil
            case .listed(let version), .watching(_, let version): version
            }
        }

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
            case .disconnected where watch.options.streamsSnapshot && !mustList:
                return try await streamedSnapshot()
            case .disconnected:
                let list = try await watch.api.list(
                    R.self, of: watch.kind, in: watch.namespace, matching: watch.selection)
                state = .listed(resourceVersion: list.resourceVersion ?? "0")
                return .snapshot(list.items)
            case .listed(let version):
                let body = try await watch.api.stream(for: try request(from: version))
                (connected, hasHeard) = (watch.time.now, false)
                state = .watching(lines(of: body), resourceVersion: version)
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

        /// The state as the watch's first events, up to a marked bookmark: the server need not hold a whole list, nor we
        /// its bytes.
        /// <https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists>
        private mutating func streamedSnapshot() async throws -> WatchEvent<R>? {
            let body: Body
            do {
                body = try await watch.api.stream(
                    for: try request(["sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan"]))
            } catch let error as KubernetesError where [400, 422].contains(error.code) {
                // Older servers, or those where it is switched off.
                mustList = true
                return nil
            }
            (connected, hasHeard) = (watch.time.now, false)
            var lines = lines(of: body)
            var objects: [R] = []
            while let event = try await lines.next() {
                hasHeard = true
                let (type, object) = try read(event)
                switch type {
                case "ADDED": objects.append(object)
                case "BOOKMARK" where object.metadata.annotations["k8s.io/initial-events-end"] == "true":
                    failures = 0
                    state = .watching(lines, resourceVersion: object.metadata.resourceVersion ?? "0")
                    return .snapshot(objects)
                case "BOOKMARK": break
                default: throw WatchProtocolError.unknownEvent(type)
                }
            }
            throw TransportError(code: .disconnected, message: "The watch ended before it had told the whole state.")
        }

        private func lines(of body: Body) -> WatchLines { WatchLines(body, managedFields: watch.api.reading.managedFields) }

        private func request(from version: String) throws -> APIRequest { try request(["resourceVersion": version]) }

        private func request(_ start: QueryParameters) throws -> APIRequest {
            var query = start
            query["watch"] = "true"
            query["allowWatchBookmarks"] = "true"
            query["timeoutSeconds"] = "\(Chance.number(in: 290...590))"
            try watch.selection.add(to: &query)
            var request = try APIRequest.collection(.get, watch.kind, in: watch.namespace, query: query)
            request.accept = R.representation.accept(list: false)
            // Servers send a bookmark about every minute; ten minutes of silence is a dead connection.
            request.idleTimeout = .seconds(600)
            return request
        }

        /// An event's type and object.
        private func read(_ event: JSONObject) throws -> (type: String, object: R) {
            guard let document = event[.object]?.object else { throw WatchProtocolError.noObject }
            let type = event.string(.type) ?? ""
            if type == "ERROR" {
                throw KubernetesError(status: document.int(.code) ?? 500, .object(document))
            }
            // A bookmark has nothing of its kind but the name and a version.
            if type != "BOOKMARK", let name = R.schemaName, watch.api.reading.checksTypes {
                try SchemaCheck.kubernetes.check(document, as: name)
            }
            return (type, R(document: document, type: watch.kind))
        }

        private mutating func take(_ event: JSONObject, lines: WatchLines, version: String) throws -> WatchEvent<R>? {
            let (type, object) = try read(event)
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
    /// - Parameters:
    ///   - version: go on after this resource version, without a snapshot; nil: begin with one.
    ///   - streamsSnapshot: ask for the snapshot as a stream where the server has that (1.34 and later), which spares it
    ///     a whole list in memory; older servers are listed as ever.
    public func watch<R: Resource>(
        _ type: R.Type, of kind: ResourceType = R.type, in namespace: String? = nil,
        matching selection: Selection = .all, resumingAfter version: String? = nil,
        streamsSnapshot: Bool = false, time: some TimeSource = .system
    ) -> Watch<R> {
        var watch = Watch<R>(api: self, kind: kind, namespace: namespace, selection: selection, time: time)
        watch.options = .init(start: version, streamsSnapshot: streamsSnapshot)
        return watch
    }
}
