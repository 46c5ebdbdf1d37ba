import ClawDocuments

/// Events are one collection with two faces: those of the core group, as they are stored, and those of
/// `events.k8s.io`, which call the same things by other names.
/// <https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/>
enum EventForms {
    static let core = ObjectStore.Collection(group: "", plural: "events")
    static let new = ObjectStore.Collection(group: "events.k8s.io", plural: "events")

    private static let names: [(core: FieldKey, new: FieldKey)] = [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ]

    static func asCore(_ event: JSONObject) -> JSONObject {
        var object = event
        for (core, new) in names {
            object[new] = nil
            object[core] = event[new]
        }
        object[.apiVersion] = "v1"
        for key: FieldKey in ["reportingComponent", "reportingInstance"] where object[key] == nil { object[key] = "" }
        for key: FieldKey in ["eventTime", "firstTimestamp", "lastTimestamp"] where object[key] == nil {
            object[key] = .null
        }
        for key: FieldKey in ["involvedObject", "source"] where object[key] == nil { object[key] = [:] }
        return object
    }

    static func asNew(_ event: JSONObject) -> JSONObject {
        var object = event
        for (core, new) in names {
            object[core] = nil
            object[new] = event[core]
        }
        object[.apiVersion] = "events.k8s.io/v1"
        // What the core form writes although it is empty.
        for key: FieldKey in ["reportingController", "reportingInstance"] where object[key]?.string?.isEmpty ?? false {
            object[key] = nil
        }
        for key: FieldKey in ["eventTime", "deprecatedFirstTimestamp", "deprecatedLastTimestamp"]
        where object[key] == nil {
            object[key] = .null
        }
        if object["deprecatedSource"] == nil { object["deprecatedSource"] = [:] }
        return object
    }
}

extension ObjectStore.Collection {
    /// Where its objects are kept.
    var base: ObjectStore.Collection { self == EventForms.new ? EventForms.core : self }

    /// An object as this collection has it, from how it is stored.
    func shown(_ object: JSONObject) -> JSONObject { self == EventForms.new ? EventForms.asNew(object) : object }

    /// An object as it is stored, from how this collection has it.
    func stored(_ object: JSONObject) -> JSONObject { self == EventForms.new ? EventForms.asCore(object) : object }
}

extension ObjectStore.Entry {
    func shown(as collection: ObjectStore.Collection) -> ObjectStore.Entry {
        collection == EventForms.new ? .init(revision: revision, object: collection.shown(object)) : self
    }
}

extension ObjectStore.Event {
    func shown(as collection: ObjectStore.Collection) -> ObjectStore.Event {
        if collection != EventForms.new { return self }
        return .init(
            revision: revision, change: change, key: key, object: collection.shown(object),
            previous: previous.map(collection.shown))
    }
}
