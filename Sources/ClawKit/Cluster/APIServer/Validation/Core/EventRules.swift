import ClawDocuments
import ClawSchemas

/// The rules of events. Kubernetes checks both groups' events in one inner form, and names its fields in what it says.
enum EventRules {
    /// Events of the core group: what clients have always written is taken.
    static func check(core event: Field, _ errors: inout FieldErrors) {
        check(event, controller: event["reportingComponent"], &errors)
    }

    static func check(new event: Field, _ errors: inout FieldErrors) {
        let inner = inner(event)
        check(
            inner, controller: inner["reportingComponent"].reported(at: .member(.root, "reportingController")), &errors)
    }

    private static func check(_ event: Field, controller: Field, _ errors: inout FieldErrors) {
        let namespace = event["metadata"]["namespace"].string
        let about = event["involvedObject"]["namespace"]
        let isElsewhere = about.isEmpty ? namespace != "" && namespace != "default" : about.string != namespace
        if isElsewhere { errors.invalid(about, "does not match event.namespace", showing: .string(about.string)) }
        guard event["eventTime"].isSet else { return }
        if controller.isEmpty {
            errors.required(controller)
        } else {
            errors.invalid(controller, NameRules.qualifiedName(controller.string))
        }
        for name in ["reportingInstance", "action", "reason"] {
            errors.present(event[name])
            if event[name].string.utf8.count > 128 { errors.tooLong(event[name], 128) }
        }
        if event["message"].string.utf8.count > 1024 { errors.tooLong(event["message"], 1024) }
    }

    /// What a new event of `events.k8s.io` must have, and must not have any more.
    static func checkNew(_ event: Field, _ errors: inout FieldErrors) {
        let event = inner(event)
        if !event["eventTime"].isSet { errors.required(event["eventTime"]) }
        let type = event["type"].string
        if !["Normal", "Warning"].contains(type) {
            errors.invalid(event["type"], "has invalid value: \(type)", showing: "")
        }
        for name in ["firstTimestamp", "lastTimestamp", "count"] where event[name].isSet && event[name].integer != 0 {
            errors.invalid(event[name], "needs to be unset", showing: "")
        }
        if !event["source"].isEmpty { errors.invalid(event["source"], "needs to be unset", showing: "") }
        checkSeries(event, &errors)
    }

    private static func checkSeries(_ event: Field, _ errors: inout FieldErrors) {
        let series = event["series"]
        guard series.isSet else { return }
        if (series["count"].integer ?? 0) < 2 { errors.invalid(series["count"], "should be at least 2", showing: "") }
        if !series["lastObservedTime"].isSet { errors.required(series["lastObservedTime"]) }
    }

    /// Only the series grows.
    @Sendable static func checkChange(_ new: Field, _ old: Field, _ errors: inout FieldErrors) {
        let (new, old) = (inner(new), inner(old))
        if new["series"].value != old["series"].value { checkSeries(new, &errors) }
        // The reason is asked for twice.
        for name in [
            "involvedObject", "reason", "message", "source", "firstTimestamp", "lastTimestamp", "count", "reason",
            "type",
            "eventTime", "action", "related", "reportingComponent", "reportingInstance",
        ] {
            let field =
                name == "reportingComponent" ? new[name].reported(at: .member(.root, "reportingController")) : new[name]
            errors.immutable(field, old[name])
        }
    }

    private static func inner(_ event: Field) -> Field {
        event.value?.object.map { Field(EventForms.asCore($0)) } ?? event
    }
}
