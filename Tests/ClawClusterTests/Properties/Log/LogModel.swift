import ClawBase
import ClawDocuments

/// The reference the store is held against: every change in one array, and the present objects in a dictionary.
/// Nothing in it is quick, so that nothing in it needs a proof.
struct LogModel {
    struct Change {
        let revision: UInt64
        let name: String
        /// nil where it was deleted.
        let object: JSONObject?
        let previous: JSONObject?
    }

    private(set) var changes: [Change] = []
    private(set) var present: [String: JSONObject] = [:]
    /// The newest revision known, of whatever collection.
    private(set) var revision: UInt64
    /// Earlier revisions may be forgotten.
    private(set) var compacted: UInt64

    init(startingAt revision: UInt64) { (self.revision, compacted) = (revision, 0) }

    /// The revisions that anything can be asked at.
    var knownRevisions: [UInt64] { [compacted] + changes.map(\.revision).filter { $0 > compacted } + [revision] }

    mutating func write(_ object: JSONObject) { record(object.name, object, at: object.revision) }

    mutating func delete(_ name: String, at revision: UInt64) { record(name, nil, at: revision) }

    private mutating func record(_ name: String, _ object: JSONObject?, at revision: UInt64) {
        changes.append(Change(revision: revision, name: name, object: object, previous: present[name]))
        present[name] = object
        self.revision = revision
    }

    mutating func reached(_ revision: UInt64) { self.revision = revision }

    mutating func compact() { compacted = revision }

    func isForgotten(_ revision: UInt64) -> Bool { revision < compacted }

    /// The objects at a revision, by name.
    func state(at revision: UInt64) -> [JSONObject] {
        var objects: [String: JSONObject] = [:]
        for change in changes where change.revision <= revision { objects[change.name] = change.object }
        return objects.sorted { $0.key < $1.key }.map(\.value)
    }

    /// What a watch tells of the changes after a revision.
    func events(after revision: UInt64, _ selector: LogSelector) -> [LogEvent] {
        changes.filter { $0.revision > revision }.compactMap { change in
            let did = change.previous.map(selector.selects) ?? false
            let does = change.object.map(selector.selects) ?? false
            // What leaves is told as it last was, with the version of its leaving.
            let last = change.previous?.at(change.revision)
            return switch (did, does) {
            case (false, false): nil
            case (false, true): LogEvent("ADDED", change.object)
            case (true, true): LogEvent("MODIFIED", change.object)
            case (true, false): LogEvent("DELETED", last)
            }
        }
    }
}

/// One line of a watch.
struct LogEvent: Equatable, CustomStringConvertible {
    let type: String
    /// nil for what has no object of its own: bookmarks.
    let object: JSONObject?
    let revision: UInt64

    init(_ type: String, _ object: JSONObject?) {
        (self.type, self.object, revision) = (type, object, object?.revision ?? 0)
    }

    init(bookmarkAt revision: UInt64) { (type, object, self.revision) = ("BOOKMARK", nil, revision) }

    var description: String { "\(type) \(object?.name ?? "") at \(revision)" }
}

/// What a list or watch selects, with the reference's own idea of what that means.
enum LogSelector: CaseIterable, Sendable {
    case everything, equal, among, different, absent, otherNames

    /// Matches every selector.
    static let everywhere = ["app": "a"]

    var query: String {
        switch self {
        case .everything: ""
        case .equal: "&labelSelector=app%3Da"
        case .among: "&labelSelector=app%20in%20(a,b)"
        case .different: "&labelSelector=app!%3Db"
        case .absent: "&labelSelector=!gone"
        case .otherNames: "&fieldSelector=metadata.name!%3Dc1"
        }
    }

    func selects(_ object: JSONObject) -> Bool {
        let labels = object["metadata"]?["labels"]?.object
        let app = labels?["app"]?.string
        return switch self {
        case .everything: true
        case .equal: app == "a"
        case .among: app == "a" || app == "b"
        case .different: app != "b"
        case .absent: labels?["gone"] == nil
        case .otherNames: object.name != "c1"
        }
    }
}

extension JSONObject {
    var name: String { self["metadata"]?["name"]?.string ?? "" }
    var revision: UInt64 { self["metadata"]?["resourceVersion"]?.string.flatMap(UInt64.init) ?? 0 }

    func at(_ revision: UInt64) -> JSONObject {
        var object = self
        object.modify("metadata") { $0?["resourceVersion"] = .string(String(revision)) }
        return object
    }
}
