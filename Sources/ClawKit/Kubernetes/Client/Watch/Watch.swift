import HTTPTypes

/// The objects of a kind as they change, for as long as the sequence is iterated.
///
/// Hides what the protocol makes visible: the list before the watch, bookmarks, the server's time limits, lost
/// connections, expired versions (410). It never ends by itself; it throws only what trying again cannot mend:
/// an `Unauthorized` or `Forbidden` answer, a kind the server does not know, cancellation.
/// Pull-driven: nothing is read ahead of the consumer.
public struct Watch<R: Resource>: AsyncSequence, Sendable {
    public typealias Element = WatchEvent<R>

    let api: any KubernetesAPI
    let namespace: String?
    let selection: Selection
    let time: any TimeSource

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(watch: self) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        private enum State {
            case disconnected
            case listed(resourceVersion: String)
            case watching(WatchLines, resourceVersion: String)
        }

        private let watch: Watch
        private var state = State.disconnected
        private var failures = 0

        init(watch: Watch) { self.watch = watch }

        public mutating func next() async throws -> WatchEvent<R>? {
            while true {
                try Task.checkCancellation()
                do {
                    if let event = try await step() {
                        failures = 0
                        return event
                    }
                } catch let error as KubernetesError where error.isExpired {
                    state = .disconnected
                } catch let error as KubernetesError where [401, 403, 404].contains(error.code) {
                    throw error
                } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    if case .watching(_, let version) = state { state = .listed(resourceVersion: version) }
                    failures += 1
                    try await watch.time.sleep(for: Backoff.watch.delay(afterFailures: failures))
                }
            }
        }

        /// One move of the state machine; nil where it yields no event.
        private mutating func step() async throws -> WatchEvent<R>? {
            switch state {
            case .disconnected:
                let list = try await watch.api.list(R.self, in: watch.namespace, matching: watch.selection)
                state = .listed(resourceVersion: list.resourceVersion ?? "0")
                return .snapshot(list.items)
            case .listed(let version):
                var query: QueryParameters = [
                    "watch": "true", "resourceVersion": version, "allowWatchBookmarks": "true",
                    "timeoutSeconds": "\(Int.random(in: 290...590))",
                ]
                watch.selection.add(to: &query)
                var request = APIRequest(.get, R.type, namespace: watch.namespace, query: query)
                // Servers send a bookmark about every minute; ten minutes of silence is a dead connection.
                request.idleTimeout = .seconds(600)
                state = .watching(WatchLines(try await watch.api.stream(for: request)), resourceVersion: version)
                return nil
            case .watching(var lines, let version):
                guard let event = try await lines.next() else {
                    state = .listed(resourceVersion: version)
                    return nil
                }
                return try take(event, lines: lines, version: version)
            }
        }

        private mutating func take(_ event: JSONObject, lines: WatchLines, version: String) throws -> WatchEvent<R>? {
            guard let document = event[.object]?.object else { throw WatchProtocolError.noObject }
            let type = event.string(.type) ?? ""
            if type == "ERROR" {
                throw KubernetesError(status: document.int(.code) ?? 500, .object(document))
            }
            let object = R(document: document)
            state = .watching(lines, resourceVersion: object.metadata.resourceVersion ?? version)
            switch type {
            case "ADDED", "MODIFIED": return .applied(object)
            case "DELETED": return .deleted(object)
            case "BOOKMARK": return nil
            default: throw WatchProtocolError.unknownEvent(type)
            }
        }
    }
}

/// The server broke the watch protocol; treated as a lost connection.
enum WatchProtocolError: Error {
    case noObject
    case unknownEvent(String)
    case lineTooLong(limit: Int)
}

extension KubernetesAPI {
    /// Watches the objects of a kind, in one namespace or (nil) in all.
    public func watch<R: Resource>(
        _ type: R.Type, in namespace: String? = nil, matching selection: Selection = .all,
        time: some TimeSource = .system
    ) -> Watch<R> {
        Watch(api: self, namespace: namespace, selection: selection, time: time)
    }
}
