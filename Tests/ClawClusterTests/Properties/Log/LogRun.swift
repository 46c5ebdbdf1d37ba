@testable import ClawCluster
import ClawBase
import ClawDocuments
import HTTPTypes

/// A history being run: each answer is compared with the reference's at once.
struct LogRun {
    struct Discrepancy: Error, CustomStringConvertible {
        let description: String
    }

    /// Where a paged list stands.
    private struct Pages {
        let selector: LogSelector
        let revision: UInt64
        let limit: Int
        var token: String
        /// Of the state at the revision, what is still to come.
        var rest: [JSONObject]
    }

    private(set) var cluster: EmbeddedCluster
    private let reopen: @Sendable (EmbeddedCluster) async throws -> EmbeddedCluster
    private let namespace: String
    private(set) var model: LogModel
    private var pages: [Pages] = []
    private var watches: [LogWatch] = []

    private var path: String { "/api/v1/namespaces/\(namespace)/configmaps" }

    init(
        _ cluster: EmbeddedCluster, namespace: String,
        reopen: @escaping @Sendable (EmbeddedCluster) async throws -> EmbeddedCluster
    ) async throws {
        (self.cluster, self.namespace, self.reopen) = (cluster, namespace, reopen)
        _ = try await cluster.raw(.post, "/api/v1/namespaces", ["metadata": ["name": .string(namespace)]])
        model = LogModel(startingAt: cluster.server.store.revision)
        // What earlier histories in the same cluster made it forget is not this history's matter: each begins here.
        model.compact()
        cluster.server.store.compactLog()
    }

    mutating func run(_ steps: [LogStep]) async throws {
        for step in steps { try await run(step) }
        try await finish()
    }

    private mutating func run(_ step: LogStep) async throws {
        let before = model.revision
        switch step {
        case .create(let name, let labels, let value): try await create(name, labels, value)
        case .update(let name, let labels, let value, let basis): try await update(name, labels, value, basis)
        case .apply(let name, let manager, let value): try await apply(name, manager, value)
        case .delete(let name, let basis): try await delete(name, basis)
        case .deleteAll(let selector): try await deleteAll(selector)
        case .elsewhere:
            _ = try await cluster.raw(.post, "/api/v1/namespaces/\(namespace)/secrets", ["metadata": ["generateName": "s-"]])
            model.reached(cluster.server.store.revision)
        case .list(let selector, let version): try await list(selector, version)
        case .page(let selector, let limit): try await firstPage(selector, limit)
        case .nextPage(let number): try await nextPage(number)
        case .watch(let selector, let start): try await watch(selector, start)
        case .read(let number):
            guard !watches.isEmpty else { break }
            try await watches[number % watches.count].read(upTo: model)
        case .compact:
            cluster.server.store.compactLog()
            model.compact()
        case .snapshot: try await cluster.server.store.compactJournal()
        case .restart(let fromSnapshot):
            if fromSnapshot { try await cluster.server.store.compactJournal() }
            try await restart()
        }
        try expect(cluster.server.store.revision == model.revision, "\(step) left revision \(cluster.server.store.revision), not \(model.revision)")
        try expect(model.revision >= before, "revisions went back from \(before) to \(model.revision)")
    }

    /// A last change that every watch tells: what was to come before it has come.
    private mutating func finish() async throws {
        let answer = try await cluster.raw(.post, path, ["metadata": ["name": "end", "labels": ["app": "a"]]])
        try expect(answer.code == 201, "the last write was answered \(answer.code)")
        model.write(answer.json.object ?? [:])
        for index in watches.indices { try await watches[index].read(upTo: model) }
        let all = try await cluster.raw(.get, path)
        try compare(all, model.state(at: model.revision), at: model.revision, "the last list")
    }

    // MARK: writing

    private func body(_ name: Int, _ labels: Int, _ value: Int, revision: UInt64? = nil) -> JSON {
        var metadata: JSONObject = ["name": .string("c\(name)")]
        let labels = LogStep.labels[labels]
        if !labels.isEmpty { metadata["labels"] = .object(JSONObject(labels.map { ($0.key, .string($0.value)) })) }
        if let revision { metadata["resourceVersion"] = .string(String(revision)) }
        return ["metadata": .object(metadata), "data": ["v": .string(String(value))]]
    }

    private mutating func create(_ name: Int, _ labels: Int, _ value: Int) async throws {
        let answer = try await cluster.raw(.post, path, body(name, labels, value))
        if model.present["c\(name)"] != nil { return try expect(answer, is: 409, "AlreadyExists") }
        try expect(answer, is: 201)
        try wrote(answer, body(name, labels, value))
    }

    private mutating func update(_ name: Int, _ labels: Int, _ value: Int, _ basis: LogStep.Basis) async throws {
        let old = model.present["c\(name)"]
        let sent = body(name, labels, value, revision: revision(basis, old))
        let answer = try await cluster.raw(.put, "\(path)/c\(name)", sent)
        guard let old else { return try expect(answer, is: 404, "NotFound") }
        if basis == .stale { return try expect(answer, is: 409, "Conflict") }
        try expect(answer, is: 200)
        let isSame =
            old["data"] == sent["data"] && (old["metadata"]?["labels"] ?? [:]) == (sent["metadata"]?["labels"] ?? [:])
        if isSame {
            return try expect(answer.json.object == old, "an update that changes nothing made \(answer.text)")
        }
        try wrote(answer, sent)
    }

    private func revision(_ basis: LogStep.Basis, _ old: JSONObject?) -> UInt64? {
        switch basis {
        case .none: nil
        case .present: old?.revision ?? 1
        case .stale: (old?.revision ?? 2) - 1
        }
    }

    private mutating func apply(_ name: Int, _ manager: Int, _ value: Int) async throws {
        let old = model.present["c\(name)"]
        let configuration: JSON = [
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string("c\(name)")],
            "data": .object(["m\(manager)": .string(String(value))]),
        ]
        let answer = try await cluster.raw(
            .patch, "\(path)/c\(name)?fieldManager=m\(manager)&force=true", configuration, type: "application/apply-patch+yaml")
        try expect(answer, is: old == nil ? 201 : 200)
        let object = answer.json.object ?? [:]
        if let old, object.revision == old.revision {
            return try expect(object == old, "the same version stands for \(old) and \(object)")
        }
        try expect(object["data"]?["m\(manager)"] == .string(String(value)), "the apply made \(answer.text)")
        try newer(object)
        model.write(object)
    }

    private mutating func delete(_ name: Int, _ basis: LogStep.Basis) async throws {
        let old = model.present["c\(name)"]
        let options: JSON? = revision(basis, old).map { ["preconditions": ["resourceVersion": .string(String($0))]] }
        let answer = try await cluster.raw(.delete, "\(path)/c\(name)", options)
        guard old != nil else { return try expect(answer, is: 404, "NotFound") }
        if basis == .stale { return try expect(answer, is: 409, "Conflict") }
        try expect(answer, is: 200)
        try expect(cluster.server.store.revision == model.revision + 1, "a deletion takes one revision")
        model.delete("c\(name)", at: cluster.server.store.revision)
    }

    private mutating func deleteAll(_ selector: LogSelector) async throws {
        let answer = try await cluster.raw(.delete, "\(path)?x=y\(selector.query)")
        try expect(answer, is: 200)
        for object in model.state(at: model.revision) where selector.selects(object) {
            model.delete(object.name, at: model.revision + 1)
        }
    }

    private mutating func wrote(_ answer: RawAnswer, _ sent: JSON) throws {
        let object = answer.json.object ?? [:]
        try expect(object["data"] == sent["data"], "sent \(sent), and got \(answer.text)")
        try newer(object)
        model.write(object)
    }

    private func newer(_ object: JSONObject) throws {
        try expect(object.revision > model.revision, "version \(object.revision) is not after \(model.revision)")
    }

    // MARK: reading

    private func known(_ index: Int) -> UInt64 {
        let all = model.knownRevisions
        return all[index % all.count]
    }

    private mutating func list(_ selector: LogSelector, _ version: LogStep.ListVersion) async throws {
        let (query, revision): (String, UInt64)
        switch version {
        case .newest: (query, revision) = ("", model.revision)
        case .notOlder(let index):
            (query, revision) = ("&resourceVersion=\(known(index))&resourceVersionMatch=NotOlderThan", model.revision)
        case .exactly(let index):
            // Sometimes one that is forgotten.
            revision = index % 8 == 0 ? max(1, model.compacted - 1) : known(index)
            query = "&resourceVersion=\(revision)&resourceVersionMatch=Exact"
        case .future:
            let answer = try await cluster.raw(.get, "\(path)?resourceVersion=\(model.revision + 1)\(selector.query)")
            return try expect(answer, is: 504, "Timeout")
        }
        let answer = try await cluster.raw(.get, "\(path)?x=y\(query)\(selector.query)")
        if model.isForgotten(revision) { return try expect(answer, is: 410, "Expired") }
        try compare(answer, model.state(at: revision).filter(selector.selects), at: revision, "the list \(query)\(selector.query)")
    }

    private mutating func firstPage(_ selector: LogSelector, _ limit: Int) async throws {
        let answer = try await cluster.raw(.get, "\(path)?limit=\(limit)\(selector.query)")
        let start = Pages(
            selector: selector, revision: model.revision, limit: limit, token: "", rest: model.state(at: model.revision))
        try page(answer, start)
    }

    private mutating func nextPage(_ number: Int) async throws {
        guard !pages.isEmpty else { return }
        let list = pages.remove(at: number % pages.count)
        let answer = try await cluster.raw(
            .get, "\(path)?limit=\(list.limit)&continue=\(list.token)\(list.selector.query)")
        if model.isForgotten(list.revision) { return try expect(answer, is: 410, "Expired") }
        try page(answer, list)
    }

    private mutating func page(_ answer: RawAnswer, _ list: Pages) throws {
        var list = list
        var expected: [JSONObject] = []
        while expected.count < list.limit, !list.rest.isEmpty {
            let object = list.rest.removeFirst()
            if list.selector.selects(object) { expected.append(object) }
        }
        try compare(answer, expected, at: list.revision, "the page")
        list.token = answer.json["metadata"]?["continue"]?.string ?? ""
        try expect(list.token.isEmpty == list.rest.isEmpty, "\(list.rest.count) are left, and the token is '\(list.token)'")
        let left = answer.json["metadata"]?["remainingItemCount"]?.integer
        let counted = list.selector == .everything && !list.rest.isEmpty ? Int64(list.rest.count) : nil
        try expect(left == counted, "remainingItemCount is \(left ?? -1), not \(counted ?? -1)")
        if !list.token.isEmpty { pages.append(list) }
    }

    private func compare(_ answer: RawAnswer, _ expected: [JSONObject], at revision: UInt64, _ what: String) throws {
        try expect(answer, is: 200)
        // The parser gives the items of a list the kind that the list says they are of.
        let items = answer.json["items"]?.array?.compactMap(\.object) ?? []
        let (found, sought) = (items.map { "\($0.name)@\($0.revision)" }, expected.map { "\($0.name)@\($0.revision)" })
        try expect(items == expected, "\(what) holds \(found), not \(sought)")
        let version = answer.json["metadata"]?["resourceVersion"]?.string
        try expect(version == String(revision), "\(what) is of \(version ?? "no version"), not \(revision)")
    }

    // MARK: watching

    private mutating func watch(_ selector: LogSelector, _ start: LogStep.Start) async throws {
        var query = "watch=1&timeoutSeconds=3600\(selector.query)"
        var watch: LogWatch
        switch start {
        case .revision(let index):
            let revision = index % 8 == 0 ? max(1, model.compacted - 1) : known(index)
            query += "&resourceVersion=\(revision)"
            watch = LogWatch(selector, after: revision)
        case .state, .stateThenBookmark:
            watch = LogWatch(selector, after: model.revision)
            watch.initial = model.state(at: model.revision).filter(selector.selects).map { LogEvent("ADDED", $0) }
            if start == .stateThenBookmark {
                query += "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
                watch.initial.append(LogEvent(bookmarkAt: model.revision))
            }
            // The server looks when it is first read: with nothing to read, when is not known.
            if watch.initial.isEmpty { return }
        }
        let response = try await cluster.transport.send(Request(.get, "https://cluster.test\(path)?\(query)"))
        try expect(response.status.code == 200, "a watch was answered \(response.status.code)")
        watch.lines = BodyReader(response.body)
        if case .revision = start, model.isForgotten(watch.cursor) { return try await watch.readExpiry() }
        if !watch.initial.isEmpty { try await watch.read(upTo: model) }
        watches.append(watch)
    }

    private mutating func restart() async throws {
        for index in watches.indices { try await watches[index].read(upTo: model) }
        watches = []
        cluster = try await reopen(cluster)
        // What is on disk are objects, not their past.
        model.reached(cluster.server.store.revision)
        model.compact()
    }

    // MARK: comparing

    private func expect(_ holds: Bool, _ otherwise: @autoclosure () -> String) throws {
        if !holds { throw Discrepancy(description: otherwise()) }
    }

    private func expect(_ answer: RawAnswer, is code: Int, _ reason: String? = nil) throws {
        guard answer.code != code || answer.reason != reason, code >= 400 || answer.code != code else { return }
        throw Discrepancy(description: "answered \(answer.code) \(answer.text), not \(code) \(reason ?? "")")
    }
}
