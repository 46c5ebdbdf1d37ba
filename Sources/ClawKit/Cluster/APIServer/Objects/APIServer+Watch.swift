import ClawBase
import ClawDocuments
import ClawKubernetes
import HTTPTypes

/// watch.
extension APIServer {
    func watch(_ call: ResourceCall) throws -> Response {
        let parameters = try ListParameters(call.query, isWatch: true)
        let filter = try ObjectFilter(call)
        let timeout = parameters.timeout.map { Duration.seconds(max(1, $0)) } ?? .seconds(1800)
        let initial: WatchSource.Initial
        let revision = try parameters.revision { APIStatus(code: 500, reason: "", message: $0) }
        if parameters.sendsInitialEvents == true {
            initial = .stateThenBookmark
        } else if let revision {
            initial = .from(revision)
        } else {
            initial = .state
        }
        let representation = try Representation(call, .watch)
        let table = Table(
            for: call.resource, includeObject: parameters.includeObject, apiVersion: representation.apiVersion, now: time.now)
        let source = WatchSource(
            store: store, resource: call.resource, namespace: call.namespace, filter: filter, initial: initial,
            representation: representation, table: table,
            sendsBookmarks: call.query.flag("allowWatchBookmarks"), deadline: time.now + timeout, time: time)
        let lines = ByteStream(pulling: {
            guard let event = try await source.next() else { return nil }
            if representation.encoding == .protobuf { return ProtobufCodec.kubernetes.encodeFrame(event) ?? [] }
            return JSON.object(event).bytes() + [UInt8(ascii: "\n")]
        })
        if representation.encoding == .protobuf {
            let type = "\(ContentEncoding.protobuf.mediaType);stream=watch"
            return Response(status: .ok, headers: [.contentType: type], body: .stream(lines))
        }
        // Not `;stream=watch`: Kubernetes names the type of one event.
        return Response(
            status: .ok, headers: [.contentType: "application/json"], body: .stream(lines, source: source))
    }
}

/// One watch's events, pulled from the store's log. Used by one consumer at a time.
actor WatchSource: WatchValues {
    enum Initial: Sendable {
        /// The present objects as ADDED, then what changes.
        case state
        /// The same, with a bookmark between the two (KEP-3157, streaming lists).
        case stateThenBookmark
        /// What changed after a revision.
        case from(UInt64)
    }

    private let store: ObjectStore
    private let resource: RegisteredResource
    private let namespace: String?
    private let filter: ObjectFilter
    private let representation: Representation
    private let table: Table
    private let sendsBookmarks: Bool
    private let deadline: Timestamp
    private let time: any TimeSource
    private let initial: Initial

    /// The store's when the watch began: it ends with it.
    private let epoch: Int

    private var cursor: UInt64?
    private var pending: [JSONObject] = []
    private var position = 0
    private var hasEnded = false
    /// Rows of a table after the first come without the columns' definitions.
    private var hasShownColumns = false

    init(
        store: ObjectStore, resource: RegisteredResource, namespace: String?, filter: ObjectFilter, initial: Initial,
        representation: Representation, table: Table, sendsBookmarks: Bool, deadline: Timestamp, time: any TimeSource
    ) {
        (self.store, self.resource, self.namespace, self.filter) = (store, resource, namespace, filter)
        (self.initial, self.representation, self.table) = (initial, representation, table)
        (self.sendsBookmarks, self.deadline, self.time) = (sendsBookmarks, deadline, time)
        epoch = store.epoch
    }

    /// How long a watch may have nothing to say before it sends a bookmark.
    private static let bookmarkInterval = Duration.seconds(60)

    func next() async throws -> JSONObject? {
        while true {
            if position < pending.count {
                defer { position += 1 }
                return pending[position]
            }
            (pending, position) = ([], 0)
            if hasEnded || store.epoch != epoch { return nil }
            guard let cursor else {
                try await orEnd { try await begin() }
                continue
            }
            switch try await read(after: cursor) {
            case .events(let events, let revision):
                try await orEnd { for event in try await shown(events) { append(event) } }
                self.cursor = events.last?.revision ?? revision
            case .expired(let oldest):
                pending.append(["type": "ERROR", "object": .object(APIStatus.expired(cursor, oldest: oldest).document)])
                hasEnded = true
            case .closed: hasEnded = true
            case nil:
                if time.now >= deadline { hasEnded = true }
                if sendsBookmarks, !hasEnded, let revision = store.revision(resource.collection, ifQuietSince: cursor) {
                    pending.append(bookmark(revision))
                    self.cursor = revision
                }
            }
        }
    }

    /// What cannot be converted ends the watch, and says so.
    private func orEnd(_ body: () async throws -> Void) async throws {
        do {
            try await body()
        } catch let status as APIStatus {
            pending.append(["type": "ERROR", "object": .object(APIStatus.internalError(status.message).document)])
            hasEnded = true
        }
    }

    private func begin() async throws {
        if case .from(let revision) = initial {
            cursor = revision
            return
        }
        let (objects, revision) = store.list(resource.collection, namespace: namespace)
        pending = try await resource.shown(objects).filter(filter.matches).map { event("ADDED", $0) }
        if case .stateThenBookmark = initial {
            var mark = bookmark(revision)
            mark.modify(.object) { object in
                object?["metadata"] = [
                    "resourceVersion": .string(String(revision)),
                    "annotations": ["k8s.io/initial-events-end": "true"],
                ]
            }
            pending.append(mark)
        }
        cursor = revision
    }

    /// The next changes; nil when it is time for a bookmark or the watch's end.
    private func read(after cursor: UInt64) async throws -> ObjectStore.LogRead? {
        let wake = min(deadline, time.now + Self.bookmarkInterval)
        let read = try await store.changes(resource.collection, after: cursor, until: wake, time)
        try Task.checkCancellation()
        return read
    }

    /// The changes in the watched namespace, in the watched version.
    private func shown(_ changes: [ObjectStore.Event]) async throws -> [ObjectStore.Event] {
        let changes = namespace.map { namespace in changes.filter { $0.key.namespace == namespace } } ?? changes
        guard resource.isCustom else { return changes }
        // What an object was before only selectors ask.
        let before = filter.isEverything ? [] : changes.compactMap(\.previous)
        let objects = try await resource.shown(changes.map(\.object) + before)
        var previous = objects[changes.count...]
        return zip(changes, objects).map { change, object in
            ObjectStore.Event(
                revision: change.revision, change: change.change, key: change.key, object: object,
                previous: change.previous.map { previous.popFirst() ?? $0 })
        }
    }

    private func append(_ change: ObjectStore.Event) {
        let matches = filter.matches(change.object)
        let matched = change.previous.map(filter.matches) ?? false
        switch change.change {
        case .deleted: if matched { pending.append(event("DELETED", change.object)) }
        case .added, .modified:
            if matches, matched {
                pending.append(event("MODIFIED", change.object))
            } else if matches {
                pending.append(event("ADDED", change.object))
            } else if matched {
                // An object that no longer matches is told as it last matched, with the version of the change.
                var last = change.previous ?? change.object
                last.setMetadata(.resourceVersion, .string(String(change.revision)))
                pending.append(event("DELETED", last))
            }
        }
    }

    private func event(_ type: String, _ object: JSONObject) -> JSONObject {
        let shown: JSONObject =
            switch representation.form {
            case .object: object
            case .partialMetadata: object.partialMetadata(representation.apiVersion)
            case .table: row(object)
            }
        return ["type": .string(type), "object": .object(shown)]
    }

    private func row(_ object: JSONObject) -> JSONObject {
        var document = table.document([object], metadata: ["resourceVersion": .string(String(object.revision))])
        if hasShownColumns { document["columnDefinitions"] = .null }
        hasShownColumns = true
        return document
    }

    private func bookmark(_ revision: UInt64) -> JSONObject {
        var object: JSONObject = [
            "kind": .string(resource.type.kind), "apiVersion": .string(resource.type.apiVersion),
            "metadata": ["resourceVersion": .string(String(revision)), "creationTimestamp": nil],
        ]
        // An empty object of the kind, with what its objects never lack.
        if case .builtIn(let name?) = resource.shape { object = DocumentForm().settled(object, as: name) }
        if representation.form == .partialMetadata { object = object.partialMetadata(representation.apiVersion) }
        return ["type": "BOOKMARK", "object": .object(object)]
    }
}
