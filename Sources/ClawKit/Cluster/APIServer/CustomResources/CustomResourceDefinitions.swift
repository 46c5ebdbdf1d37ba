import ClawBase
import ClawDocuments
import ClawModels
import ClawSchemas

/// Serving what CustomResourceDefinitions declare.
extension APIServer {
    /// Serves every served version of a definition.
    func serve(_ definition: JSONObject) {
        guard let spec = definition[.spec]?.object, let group = spec.string("group"),
            let names = spec["names"]?.object, let plural = names.string("plural"), let kind = names.string("kind")
        else { return }
        // Whose names are taken is not served until they are free.
        if DefinitionRules.isRefused(definition) {
            return registry.setCustom([], group: group, plural: plural)
        }
        var verbs = ["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"]
        // What is on its way out takes nothing new in.
        if definition.isBeingDeleted { verbs.removeAll { $0 == "create" } }
        let resources = spec.values("versions").compactMap { version -> RegisteredResource? in
            guard version["served"]?.bool == true, let name = version["name"]?.string else { return nil }
            let type = ResourceType(
                group: group, version: name, kind: kind, plural: plural,
                singular: names.string("singular") ?? kind.lowercased(), shortNames: names.strings("shortNames"),
                categories: names.strings("categories"), isNamespaced: spec.string("scope") == "Namespaced")
            return RegisteredResource(
                served: ServedResource(
                    type: type,
                    verbs: verbs,
                    subresources: Self.subresources(version, type)),
                shape: .custom(CustomResource(version, of: spec, webhooks: webhooks)),
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
        guard let group = definition[.spec]?["group"]?.string,
            let plural = definition[.spec]?["names"]?["plural"]?.string
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
            guard var object = spec?.object, var names = object["names"]?.object, let kind = names.string("kind") else {
                return
            }
            if names.string("singular") == nil { names["singular"] = .string(kind.lowercased()) }
            if names.string("listKind") == nil { names["listKind"] = .string("\(kind)List") }
            object["names"] = .object(names)
            if object["conversion"] == nil { object["conversion"] = ["strategy": "None"] }
            spec = .object(object)
        }
        fillStatus(&definition)
    }

    /// What the server knows of a definition before its names are accepted, and which versions objects were kept in.
    static func fillStatus(_ definition: inout JSONObject) {
        let storage = definition[.spec]?["versions"]?.array?.first { $0["storage"]?.bool == true }?["name"]
        var status = definition[.status]?.object ?? ["acceptedNames": ["kind": "", "plural": ""], "conditions": .null]
        var stored = status["storedVersions"]?.array ?? []
        if let storage, !stored.contains(storage) { stored.append(storage) }
        status["storedVersions"] = .array(stored)
        definition[.status] = .object(status)
    }

    /// The status of a definition whose names are looked at again
    /// (apiextensions-apiserver/pkg/controller/status/naming_controller.go).
    /// - Parameter others: the other definitions, with the names they were given.
    static func accepted(_ definition: JSONObject, others: [JSONObject], now: Timestamp) -> JSON {
        let wanted = definition[.spec]?["names"]?.object ?? JSONObject()
        let group = definition[.spec]?["group"]
        let taken = others.filter { $0[.spec]?["group"] == group }.compactMap { $0[.status]?["acceptedNames"]?.object }
        func used(_ fields: String...) -> Set<String> {
            Set(taken.flatMap { names in fields.compactMap { names[$0]?.string } })
        }
        let resources = used("plural", "singular").union(
            taken.flatMap { $0["shortNames"]?.array?.compactMap(\.string) ?? [] })
        let kinds = used("kind", "listKind")
        var names = definition[.status]?["acceptedNames"]?.object ?? JSONObject()
        var conflict: (reason: String, message: String)?
        for (name, used, reason) in [
            ("plural", resources, "PluralConflict"), ("singular", resources, "SingularConflict"),
            ("shortNames", resources, "ShortNamesConflict"), ("kind", kinds, "KindConflict"),
            ("listKind", kinds, "ListKindConflict"),
        ] {
            let clashes = (wanted[name]?.array ?? wanted[name].map { [$0] } ?? []).compactMap(\.string).filter {
                used.contains($0) && names[name]?.string != $0
            }
            if let clash = clashes.first {
                conflict = (reason, "\"\(clash)\" is already in use")
                if names[name] == nil, name == "kind" || name == "plural" { names[name] = "" }
            } else {
                names[name] = wanted[name]
            }
        }
        names["categories"] = wanted["categories"]
        return status(of: definition, names, conflict, now)
    }

    private static func status(
        of definition: JSONObject, _ names: JSONObject, _ conflict: (reason: String, message: String)?, _ now: Timestamp
    ) -> JSON {
        func condition(_ type: String, _ status: String, _ reason: String, _ message: String) -> JSON {
            [
                "lastTransitionTime": .string(now.rfc3339()), "message": .string(message), "reason": .string(reason),
                "status": .string(status), "type": .string(type),
            ]
        }
        var status = definition[.status]?.object ?? JSONObject()
        status["acceptedNames"] = .object(names)
        let before = status["conditions"]?.array ?? []
        let accepted =
            conflict.map { condition("NamesAccepted", "False", $0.reason, $0.message) }
            ?? condition("NamesAccepted", "True", "NoConflicts", "no conflicts found")
        let wasEstablished = before.first { $0["type"] == "Established" && $0["status"] == "True" }
        let established =
            wasEstablished
            ?? (conflict == nil
                ? condition("Established", "True", "InitialNamesAccepted", "the initial names have been accepted")
                : condition("Established", "False", "NotAccepted", "not all names are accepted"))
        let others = before.filter { $0["type"] != "Established" && $0["type"] != "NamesAccepted" }
        status["conditions"] = .array([accepted, established] + others)
        if status["storedVersions"] == nil { status["storedVersions"] = .array([]) }
        return .object(status)
    }
}

extension CustomResourceDefinitions {
    /// Whether two statuses say the same but for the times.
    static func isSame(_ a: JSON, _ b: JSON?) -> Bool {
        func timeless(_ status: JSON?) -> JSON? {
            guard var status, let conditions = status["conditions"]?.array else { return status }
            status["conditions"] = .array(
                conditions.map { condition in
                    var condition = condition
                    condition["lastTransitionTime"] = nil
                    return condition
                })
            return status
        }
        return timeless(a) == timeless(b)
    }
}
