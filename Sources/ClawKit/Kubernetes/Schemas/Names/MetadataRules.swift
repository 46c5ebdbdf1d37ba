import ClawDocuments

/// The rules of `metadata`, the same for every kind.
package enum MetadataRules {
    /// - Parameter name: what is wrong with a name of this kind.
    package static func check(_ metadata: Field, name rule: (String) -> [String], _ errors: inout FieldErrors) {
        let members = metadata.value?.object ?? JSONObject()
        if let prefix = members.string(.generateName), !prefix.isEmpty {
            // A prefix may end where a name may not.
            let text = prefix.hasSuffix("-") && prefix.count > 1 ? prefix.dropLast() + "a" : prefix
            errors.invalid(metadata["generateName"], rule(text))
        }
        let problems = rule(members.string(.name) ?? "")
        if !problems.isEmpty { errors.invalid(metadata["name"], problems) }
        shared(metadata, &errors)
        guard members.has(.finalizers) else { return }
        for finalizer in metadata["finalizers"].items
        where !finalizer.string.contains("/") && !standardFinalizers.contains(finalizer.string) {
            errors.invalid(finalizer, "name is neither a standard finalizer name nor is it fully qualified")
        }
    }

    /// What creates and updates have in common.
    package static func shared(_ metadata: Field, _ errors: inout FieldErrors) {
        // Places are made only for what is there.
        guard let members = metadata.value?.object else { return }
        if members.has(.labels) { labels(metadata["labels"], &errors) }
        if members.has(.annotations) { annotations(metadata["annotations"], &errors) }
        if members.has(.ownerReferences) { owners(metadata["ownerReferences"], &errors) }
        if members.has(.finalizers) { finalizers(metadata["finalizers"], &errors) }
    }

    package static func labels(_ labels: Field, _ errors: inout FieldErrors) {
        guard !labels.isEmpty else { return }
        if case .object(let members)? = labels.value, NameRules.areLabels(members) { return }
        for (name, value) in labels.entries {
            key(name, at: labels, &errors)
            for problem in NameRules.labelValue(value.string) {
                errors.invalid(labels, problem, showing: .string(value.string))
            }
        }
    }

    package static func key(_ name: String, at field: Field, _ errors: inout FieldErrors) {
        for problem in NameRules.qualifiedName(name) { errors.invalid(field, problem, showing: .string(name)) }
    }

    package static func annotations(_ annotations: Field, _ errors: inout FieldErrors) {
        guard !annotations.isEmpty else { return }
        var size = 0
        for (name, value) in annotations.entries {
            for problem in NameRules.qualifiedName(name.lowercased()) {
                errors.invalid(annotations, problem, showing: .string(name))
            }
            size += name.utf8.count + value.string.utf8.count
        }
        if size > annotationLimit { errors.tooLong(annotations, annotationLimit) }
    }

    private static func owners(_ owners: Field, _ errors: inout FieldErrors) {
        var controller: String?
        for owner in owners.items {
            let version = owner["apiVersion"].string
            func at(_ name: String) -> Field { owner[name].reported(at: .member(owners.path, name)) }
            if version.isEmpty || version.hasSuffix("/") {
                errors.invalid(at("apiVersion"), "version must not be empty", showing: .string(version))
            }
            for name in ["kind", "name", "uid"] where owner[name].isEmpty {
                errors.invalid(at(name), "must not be empty", showing: "")
            }
            if version == "v1", owner["kind"].string == "Event" {
                errors.invalid(owner.reported(at: owners.path), "/v1, Kind=Event is disallowed from being an owner")
            }
            guard owner["controller"].isTrue else { continue }
            let name = "\(owner["kind"].string)/\(owner["name"].string)"
            if let controller {
                errors.invalid(
                    owners,
                    "Only one reference can have Controller set to true. Found \"true\" in references for \(controller) "
                        + "and \(name)")
            } else {
                controller = name
            }
        }
    }

    private static func finalizers(_ finalizers: Field, _ errors: inout FieldErrors) {
        guard !finalizers.isEmpty else { return }
        for finalizer in finalizers.items {
            for problem in NameRules.qualifiedName(finalizer.string) {
                errors.invalid(finalizer.reported(at: finalizers.path), problem)
            }
        }
        if finalizers.strings.contains("orphan"), finalizers.strings.contains("foregroundDeletion") {
            errors.invalid(finalizers, "finalizer orphan and foregroundDeletion cannot be both set")
        }
    }

    private static let standardFinalizers: Set<String> = ["kubernetes", "orphan", "foregroundDeletion"]
    private static let annotationLimit = 256 * 1024
}
