package import ClawDocuments

/// What makes a CustomResourceDefinition valid
/// (apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go).
package enum DefinitionRules {
    package static func check(_ definition: JSONObject, old: JSONObject?, _ errors: inout FieldErrors) {
        let (whole, form) = (Field(definition), DefinitionForm(definition))
        let spec = form.spec
        let metadata = whole["metadata"]
        if old == nil {
            MetadataRules.check(metadata, name: { NameRules.subdomain($0) }, &errors)
            if metadata["name"].string != "\(spec["names"]["plural"].string).\(spec["group"].string)" {
                errors.invalid(metadata["name"], "must be spec.names.plural+\".\"+spec.group")
            }
        }
        group(spec["group"], &errors)
        errors.oneOf(spec["scope"], ["Cluster", "Namespaced"], isRequired: true)
        versions(form, &errors)
        for name in ["plural", "singular", "kind", "listKind"] { errors.present(spec["names"][name]) }
        names(spec["names"], &errors)
        names(whole["status"]["acceptedNames"], &errors)
        storedVersions(whole["status"]["storedVersions"], form, &errors)
        for field in form.columns.fields { field.items.forEach { column($0, &errors) } }
        for field in form.subresources.fields where field["scale"].isSet {
            scale(field["scale"], at: field.path, &errors)
        }
        conversion(spec["conversion"], &errors)
        approval(metadata, group: spec["group"].string, isNew: old == nil, &errors)
        if spec["preserveUnknownFields"].isTrue, old?[.spec]?["preserveUnknownFields"]?.bool != true {
            errors.invalid(
                spec["preserveUnknownFields"],
                "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"
            )
        }
        let before = old.map { DefinitionForm($0).schemas.compactMap(\.value) } ?? []
        for schema in form.schemas {
            let hasStatus = form.subresources.fields.contains { $0["status"].isSet }
            SchemaRules.check(
                schema, hasStatus: hasStatus, isUnchanged: schema.value.map(before.contains) ?? false, &errors)
        }
        selectableFields(form, &errors)
        if let old { change(spec, Field(old), &errors) }
    }

    private static func group(_ group: Field, _ errors: inout FieldErrors) {
        if group.isEmpty { return errors.required(group) }
        let problems = NameRules.subdomain(group.string)
        if !problems.isEmpty {
            errors.invalid(group, problems.joined(separator: ","))
        } else if !group.string.contains(".") {
            errors.invalid(group, "should be a domain with at least one dot")
        }
    }

    private static func versions(_ form: DefinitionForm, _ errors: inout FieldErrors) {
        let versions = form.spec["versions"]
        for version in form.versions {
            let problems = NameRules.letterLabel(version.name.string)
            if !problems.isEmpty {
                errors.invalid(version.name, problems.joined(separator: ","), showing: .string(version.name.string))
            }
            if version.json["schema"]?["openAPIV3Schema"] == nil {
                errors.required(Field(.member(.member(version.path, "schema"), "openAPIV3Schema"), nil))
            }
            deprecation(Field(version.path, version.json), &errors)
        }
        if Set(form.versions.map(\.name.string)).count < form.versions.count {
            errors.invalid(versions, "must contain unique version names", showing: form.shown)
        }
        if form.versions.count(where: \.isStored) != 1 {
            errors.invalid(versions, "must have exactly one version marked as storage version", showing: form.shown)
        }
        // The oldest form of definitions had one version, which is still looked at.
        if let first = form.versions.first, case let problems = NameRules.letterLabel(first.name.string),
            !problems.isEmpty
        {
            errors.invalid(form.spec["version"], problems.joined(separator: ","), showing: .string(first.name.string))
        }
    }

    private static func deprecation(_ version: Field, _ errors: inout FieldErrors) {
        let warning = version["deprecationWarning"]
        guard let text = warning.value?.string else { return }
        if !version["deprecated"].isTrue { errors.invalid(warning, "can only be set for deprecated versions") }
        if text.utf8.count > 256 { errors.invalid(warning, "must be <= 256 characters long") }
        if text.isEmpty { errors.invalid(warning, "must not be an empty string") }
        if let index = text.unicodeScalars.enumerated().first(where: { $1.value < 32 || $1.value == 127 })?.offset {
            errors.invalid(
                warning, "must only contain printable UTF-8 characters; non-printable character found at index \(index)"
            )
        }
    }

    private static func names(_ names: Field, _ errors: inout FieldErrors) {
        for name in ["plural", "singular"] where !names[name].isEmpty {
            let problems = NameRules.letterLabel(names[name].string)
            if !problems.isEmpty { errors.invalid(names[name], problems.joined(separator: ",")) }
        }
        for name in ["kind", "listKind"] where !names[name].isEmpty {
            let problems = NameRules.letterLabel(names[name].string.lowercased())
            if !problems.isEmpty {
                errors.invalid(
                    names[name], "may have mixed case, but should otherwise match: \(problems.joined(separator: ","))")
            }
        }
        for field in names["shortNames"].items + names["categories"].items {
            let problems = NameRules.letterLabel(field.string)
            if !problems.isEmpty { errors.invalid(field, problems.joined(separator: ",")) }
        }
        if !names["kind"].isEmpty, names["kind"].string == names["listKind"].string {
            errors.invalid(names["listKind"], "kind and listKind may not be the same")
        }
    }

    private static func storedVersions(_ stored: Field, _ form: DefinitionForm, _ errors: inout FieldErrors) {
        let names = stored.strings
        if names.isEmpty { return errors.invalid(stored, "must have at least one stored version", showing: .null) }
        for version in form.versions where version.isStored && !names.contains(version.name.string) {
            errors.invalid(stored, "must have the storage version \(version.name.string)")
        }
        for (index, name) in names.enumerated() where !form.versions.contains(where: { $0.name.string == name }) {
            errors.invalid(
                stored.items[index],
                "missing from spec.versions; \(name) was previously a storage version, and must remain in spec.versions until a "
                    + "storage migration ensures no data remains persisted in \(name) and removes \(name) from status.storedVersions"
            )
        }
    }

    private static let columnTypes = ["boolean", "date", "integer", "number", "string"]
    private static let columnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"]

    private static func column(_ column: Field, _ errors: inout FieldErrors) {
        errors.present(column["name"])
        let types = "must be one of \(columnTypes.joined(separator: ","))"
        if column["type"].isEmpty {
            errors.required(column["type"], types)
        } else if !columnTypes.contains(column["type"].string) {
            errors.invalid(column["type"], types)
        }
        if !column["format"].isEmpty, !columnFormats.contains(column["format"].string) {
            errors.invalid(column["format"], "must be one of \(columnFormats.joined(separator: ","))")
        }
        path(column["jsonPath"].reported(at: .member(column.path, "JSONPath")), under: nil, "", &errors)
    }

    private static func path(_ path: Field, under roots: [String]?, _ why: String, _ errors: inout FieldErrors) {
        if path.isEmpty {
            errors.required(path)
        } else if !path.string.hasPrefix(".") {
            errors.invalid(path, "must be a simple json path starting with .")
        } else if let roots, !roots.contains(where: { path.string.hasPrefix($0) }) {
            errors.invalid(path, why)
        }
    }

    private static func scale(_ scale: Field, at place: FieldPath, _ errors: inout FieldErrors) {
        func field(_ name: String) -> Field { scale[name].reported(at: .member(.member(place, "scale"), name)) }
        path(field("specReplicasPath"), under: [".spec."], "should be a json path under .spec", &errors)
        path(field("statusReplicasPath"), under: [".status."], "should be a json path under .status", &errors)
        if !scale["labelSelectorPath"].isEmpty {
            path(
                field("labelSelectorPath"), under: [".spec.", ".status."],
                "should be a json path under either .spec or .status", &errors)
        }
    }

    private static func conversion(_ conversion: Field, _ errors: inout FieldErrors) {
        guard conversion.isSet else { return }
        errors.oneOf(conversion["strategy"], ["None", "Webhook"], isRequired: true)
        let webhook = conversion["webhook"]
        let client = webhook["clientConfig"].reported(at: .member(conversion.path, "webhookClientConfig"))
        let reviews = webhook["conversionReviewVersions"].reported(
            at: .member(conversion.path, "conversionReviewVersions"))
        guard conversion["strategy"].string == "Webhook" else {
            if client.isSet { errors.forbidden(client, "should not be set when strategy is not set to Webhook") }
            if !reviews.isEmpty { errors.forbidden(reviews, "should not be set when strategy is not set to Webhook") }
            return
        }
        if !client.isSet {
            errors.required(client, "required when strategy is set to Webhook")
        } else if client["url"].isSet == client["service"].isSet {
            errors.required(client, "exactly one of url or service is required")
        }
        if reviews.isEmpty { return errors.required(reviews) }
        for review in reviews.items {
            for problem in NameRules.letterLabel(review.string) { errors.invalid(review, problem) }
        }
        if !reviews.strings.contains(where: { $0 == "v1" || $0 == "v1beta1" }) {
            errors.invalid(reviews, "must include at least one of v1, v1beta1")
        }
    }

    /// Groups of the community are for kinds that it has approved.
    private static func approval(_ metadata: Field, group: String, isNew: Bool, _ errors: inout FieldErrors) {
        let isProtected = ["k8s.io", "kubernetes.io"].contains { group == $0 || group.hasSuffix(".\($0)") }
        guard isProtected, isNew else { return }
        let name = "api-approved.kubernetes.io"
        let annotation = Field(.key(.member(metadata.path, "annotations"), name), metadata["annotations"][name].value)
        if annotation.isEmpty {
            errors.required(
                annotation,
                "protected groups must have approval annotation \"\(name)\", see https://github.com/kubernetes/enhancements/pull/1111"
            )
        } else if !annotation.string.hasPrefix("unapproved"), !annotation.string.contains("://") {
            errors.invalid(
                annotation,
                "protected groups must have approval annotation \"\(name)\" with either a URL or a reason starting with "
                    + "\"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111")
        }
    }

    private static func selectableFields(_ form: DefinitionForm, _ errors: inout FieldErrors) {
        let schemas = form.schema.fields.map { $0["openAPIV3Schema"].value ?? .null }
        for (index, fields) in form.selectableFields.fields.enumerated() where !fields.isEmpty {
            guard
                let schema = form.schema.isShared
                    ? schemas.first : schemas.indices.contains(index) ? schemas[index] : nil
            else { continue }
            var seen: Set<String> = []
            for item in fields.items {
                let path = item["jsonPath"]
                if path.isEmpty {
                    errors.required(path)
                    continue
                }
                let (resolved, found, problem) = SchemaPath.resolve(path.string, in: schema, allowsBrackets: false)
                if let problem {
                    errors.invalid(path, "is an invalid path: \(problem)")
                    continue
                }
                if resolved == "metadata" || resolved.hasPrefix("metadata.") {
                    errors.invalid(path, "must not point to fields in metadata")
                }
                if !["string", "boolean", "integer"].contains(found["type"]?.string ?? "") {
                    errors.invalid(
                        path,
                        "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are "
                            + "allowed.")
                }
                if !seen.insert(resolved).inserted { errors.duplicate(path) }
            }
            if seen.count > 8 { errors.tooMany(fields, seen.count, limit: 8) }
        }
    }

    private static func change(_ spec: Field, _ old: Field, _ errors: inout FieldErrors) {
        // Kubernetes asks whether the definition is established; here, what is not refused is served at once.
        if case .object(let before)? = old.value, !isRefused(before) {
            errors.immutable(spec["scope"], old["spec"]["scope"])
            errors.immutable(spec["names"]["kind"], old["spec"]["names"]["kind"])
        }
        errors.immutable(spec["group"], old["spec"]["group"])
        errors.immutable(spec["names"]["plural"], old["spec"]["names"]["plural"])
    }

    /// Whether a definition's names belong to another one.
    package static func isRefused(_ definition: JSONObject) -> Bool {
        let conditions = definition[.status]?["conditions"]?.array ?? []
        func holds(_ type: String, _ status: String) -> Bool {
            conditions.contains { $0["type"]?.string == type && $0["status"]?.string == status }
        }
        return holds("NamesAccepted", "False") && !holds("Established", "True")
    }
}
