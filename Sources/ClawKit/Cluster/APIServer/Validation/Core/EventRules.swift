import ClawDocuments

/// The rules of events in their own group.
enum EventRules {
    static func check(_ object: Field, _ errors: inout FieldErrors) {
        if object["eventTime"].isSet {
            let controller = object["reportingController"]
            if controller.isEmpty {
                errors.required(controller)
            } else {
                errors.invalid(controller, NameRules.qualifiedName(controller.string))
            }
            for name in ["reportingInstance", "action", "reason"] {
                errors.present(object[name])
                if object[name].string.utf8.count > 128 { errors.tooLong(object[name], 128) }
            }
            if object["note"].string.utf8.count > 1024 { errors.tooLong(object["note"], 1024) }
        } else {
            errors.required(object["eventTime"])
        }
        let type = object["type"].string
        if !["Normal", "Warning"].contains(type) {
            errors.invalid(object["type"], "has invalid value: \(type)", showing: "")
        }
    }
}
