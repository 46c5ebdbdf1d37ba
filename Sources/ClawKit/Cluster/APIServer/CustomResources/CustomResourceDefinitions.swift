import ClawBase
import ClawDocuments
import ClawModels

/// Serving what CustomResourceDefinitions declare.
extension APIServer {
    /// Serves every served version of a definition.
    func serve(_ definition: JSONObject) {
        guard let spec = definition[.spec]?.object, let group = spec.string("group"),
            let names = spec["names"]?.object, let plural = names.string("plural"), let kind = names.string("kind")
        else { return }
        var verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
        // What is on its way out takes nothing new in.
        if definition.isBeingDeleted { verbs.removeAll { $0 == "create" } }
        let resources = spec.values("versions").compactMap { version -> RegisteredResource? in
            guard version["served"]?.bool == true, let name = version["name"]?.string else { return nil }
            let type = ResourceType(
                group: group, version: name, kind: kind, plural: plural,
                singular: names.string("singular") ?? kind.lowercased(), shortNames: names.strings("shortNames"),
                categories: names.strings("categories"), isNamespaced: spec.string("scope") == "Namespaced")
            let schema = version["schema"]?["openAPIV3Schema"].map { StructuralSchema.root($0) } ?? .anything
            return RegisteredResource(
                served: ServedResource(
                    type: type,
                    verbs: verbs,
                    subresources: Self.subresources(version, type)),
                shape: .custom(schema),
                columns: (version["additionalPrinterColumns"]?.array ?? []).compactMap(CustomColumn.init))
        }
        registry.setCustom(resources, group: group, plural: plural)
        store.beginHistory(of: ObjectStore.Collection(group: group, plural: plural))
    }

    private static func subresources(_ version: JSON, _ type: ResourceType) -> [ServedResource.Subresource] {
        var found: [ServedResource.Subresource] = []
        let verbs = ["get", "patch", "update"]
        if version["subresources"]?["status"] != nil {
            found.append(.init(name: "status", apiVersion: type.apiVersion, kind: type.kind, verbs: verbs))
        }
        if version["subresources"]?["scale"] != nil {
            found.append(.init(name: "scale", apiVersion: "autoscaling/v1", kind: "Scale", verbs: verbs))
        }
        return found
    }

    /// Removes the objects with their definition, and stops serving them.
    func stopServing(_ definition: JSONObject) async {
        guard let group = definition[.spec]?["group"]?.string, let plural = definition[.spec]?["names"]?["plural"]?.string
        else { return }
        registry.setCustom([], group: group, plural: plural)
        let collection = ObjectStore.Collection(group: group, plural: plural)
        for object in store.list(collection, namespace: nil).objects {
            // A failure to forget one object (already gone) is no reason to keep the others.
            _ = try? await store.remove(collection, .init(object: object), expecting: nil)
        }
    }
}

enum CustomResourceDefinitions {
    /// Holds a definition until its objects are gone.
    static let cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io"

    /// Fills in the names that follow from the kind, and the conversion.
    static func fillDefaults(_ definition: inout JSONObject) {
        definition.modify(.spec) { spec in
            guard var object = spec?.object, var names = object["names"]?.object, let kind = names.string("kind") else { return }
            if names.string("singular") == nil { names["singular"] = .string(kind.lowercased()) }
            if names.string("listKind") == nil { names["listKind"] = .string("\(kind)List") }
            object["names"] = .object(names)
            if object["conversion"] == nil { object["conversion"] = ["strategy": "None"] }
            spec = .object(object)
        }
    }

    /// What is wrong with a definition, beyond its field types.
    static func problems(_ definition: JSONObject) -> [APIStatus.FieldError] {
        let spec = definition[.spec]?.object ?? JSONObject()
        let plural = spec["names"]?["plural"]?.string ?? ""
        let group = spec.string("group") ?? ""
        var errors: [APIStatus.FieldError] = []
        if definition.objectName != "\(plural).\(group)" {
            errors.append(.invalid(
                "metadata.name", .string(definition.objectName), "must be spec.names.plural+\".\"+spec.group"))
        }
        let versions = spec.values("versions")
        if versions.count(where: { $0["storage"]?.bool == true }) != 1 {
            errors.append(.invalid("spec.versions", .array([]), "must have exactly one version marked as storage version"))
        }
        for (index, version) in versions.enumerated() where version["schema"]?["openAPIV3Schema"] == nil {
            errors.append(.required("spec.versions[\(index)].schema.openAPIV3Schema", "schemas are required"))
        }
        return errors
    }

    /// The status of an accepted definition: names taken, served from now on.
    static func accepted(_ definition: JSONObject, now: Timestamp) -> JSON {
        func condition(_ type: String, _ reason: String, _ message: String) -> JSON {
            [
                "lastTransitionTime": .string(now.rfc3339()), "message": .string(message), "reason": .string(reason),
                "status": "True", "type": .string(type),
            ]
        }
        let names = definition[.spec]?["names"] ?? .object(JSONObject())
        let stored = definition[.spec]?["versions"]?.array?.first { $0["storage"]?.bool == true }?["name"] ?? "v1"
        return [
            "acceptedNames": names,
            "conditions": [
                condition("NamesAccepted", "NoConflicts", "no conflicts found"),
                condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
            ],
            "storedVersions": [stored],
        ]
    }
}
