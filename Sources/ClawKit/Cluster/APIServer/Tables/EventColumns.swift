import ClawBase
import ClawDocuments
import ClawSchemas

/// The columns of events, of which each group names the fields in its own way.
enum EventColumns {
    static let byResource: [String: [Column]] = ["events": columns, "events.events.k8s.io": columns]

    private static let columns: [Column] = [
        Column("Last Seen", .field("core/v1 Event.lastTimestamp")) { .string(lastSeen($0, $1)) },
        .text("Type", .field("core/v1 Event.type"), ["type"]),
        .text("Reason", .field("core/v1 Event.reason"), ["reason"]),
        Column("Object", .field("core/v1 Event.involvedObject")) { event, _ in
            let object = event.either("involvedObject", "regarding")
            let (kind, name) = (object["kind"].string.lowercased(), object["name"].string)
            return .string(name.isEmpty ? kind : "\(kind)/\(name)")
        },
        Column("Subobject", .field("core/v1 ObjectReference.fieldPath"), priority: 1) { event, _ in
            .string(event.either("involvedObject", "regarding")["fieldPath"].string)
        },
        Column("Source", .field("core/v1 Event.source"), priority: 1) { event, _ in
            let source = event.either("source", "deprecatedSource")
            let component =
                source["component"].isEmpty
                ? event.either("reportingComponent", "reportingController").string : source["component"].string
            let instance = source["host"].isEmpty ? event["reportingInstance"].string : source["host"].string
            return .string(instance.isEmpty ? component : "\(component), \(instance)")
        },
        Column("Message", .field("core/v1 Event.message")) { event, _ in
            .string(trimmed(event.either("message", "note").string))
        },
        Column("First Seen", .field("core/v1 Event.firstTimestamp"), priority: 1) { .string(firstSeen($0, $1)) },
        Column("Count", .field("core/v1 Event.count"), priority: 1) { event, _ in
            if event["series"].isSet { return .integer(event["series"]["count"].integer ?? 0) }
            return .integer(max(1, event.either("count", "deprecatedCount").integer ?? 0))
        },
        Column("Name", .name, format: "name", priority: 1) { event, _ in .string(event["metadata"]["name"].string) },
    ]

    private static func firstSeen(_ event: Field, _ now: Timestamp) -> String {
        let first = event.either("firstTimestamp", "deprecatedFirstTimestamp")
        return Age.text(since: first.isSet ? first.string : event["eventTime"].value?.string, now: now)
    }

    private static func lastSeen(_ event: Field, _ now: Timestamp) -> String {
        if event["series"].isSet { return Age.text(since: event["series"]["lastObservedTime"].value?.string, now: now) }
        let last = event.either("lastTimestamp", "deprecatedLastTimestamp")
        return last.isSet ? Age.text(since: last.string, now: now) : firstSeen(event, now)
    }

    private static func trimmed(_ text: String) -> String {
        var rest = text[...]
        while rest.first?.isWhitespace ?? false { rest.removeFirst() }
        while rest.last?.isWhitespace ?? false { rest.removeLast() }
        return String(rest)
    }
}

extension Field {
    /// What core events call one thing and those of events.k8s.io another.
    fileprivate func either(_ core: String, _ new: String) -> Field { self[core].isSet ? self[core] : self[new] }
}
