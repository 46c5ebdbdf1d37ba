/// An object of a manifest with all that its calls need.
struct PlannedObject: Sendable, Hashable {
    var object: DynamicObject
    let source: String
    let type: ResourceType
    /// The definition in the same manifest that its kind comes from.
    let definition: String?

    var reference: ManifestReference {
        ManifestReference(
            apiVersion: type.apiVersion, kind: type.kind, namespace: type.isNamespaced ? object.namespace : nil,
            name: object.name)
    }
    var groupKind: GroupKind { GroupKind(group: type.group, kind: type.kind) }
}

/// Finds each object's kind: among the definitions of the manifest itself, then on the server.
struct ManifestPlan: Sendable {
    let mapper: RESTMapper
    /// For namespaced objects that name none.
    let namespace: String

    /// In the order they are to be applied; an object of an unknown kind has its finding.
    func resolve(_ objects: [ManifestObject]) async throws -> [Result<PlannedObject, UnplannedObject>] {
        let declared = Self.definitions(objects)
        var plan: [Result<PlannedObject, UnplannedObject>] = []
        for item in ApplyOrder.sorted(objects, by: \.reference.groupKind) {
            do {
                plan.append(.success(try await resolve(item, declared)))
            } catch let finding as Finding {
                var finding = finding
                finding.field = item.source
                plan.append(.failure(UnplannedObject(item: item, finding: finding)))
            }
        }
        try Self.refuseDuplicates(plan)
        return plan
    }

    private func resolve(_ item: ManifestObject, _ declared: [GroupKind: Definition]) async throws -> PlannedObject {
        let reference = item.reference
        let definition = declared[reference.groupKind].flatMap { $0.versions.contains(reference.apiVersion) ? $0 : nil }
        let type: ResourceType
        if let definition {
            let version = String(reference.apiVersion.dropFirst(definition.type.group.count + 1))
            type = definition.type(version)
        } else {
            type = try await mapper.resource(apiVersion: reference.apiVersion, kind: reference.kind).type
        }
        var object = DynamicObject(document: item.object.document, type: type)
        if type.isNamespaced {
            if (object.namespace ?? "").isEmpty { object.metadata.namespace = namespace }
        } else if object.namespace != nil {
            object.metadata.namespace = nil
        }
        return PlannedObject(object: object, source: item.source, type: type, definition: definition?.name)
    }

    /// One of two would undo the other at each apply.
    private static func refuseDuplicates(_ plan: [Result<PlannedObject, UnplannedObject>]) throws {
        struct Place: Hashable { let kind: GroupKind, namespace: String?, name: String }
        var sources: [Place: String] = [:]
        for case .success(let item) in plan {
            let place = Place(kind: item.groupKind, namespace: item.reference.namespace, name: item.reference.name)
            if let other = sources.updateValue(item.source, forKey: place) {
                throw Finding(
                    .badConfig, "\(item.reference) stands twice, in \(other) and in \(item.source); remove one.",
                    field: item.source)
            }
        }
    }

    private struct Definition {
        let name: String
        let type: ResourceType
        /// `example.com/v1`
        let versions: [String]

        func type(_ version: String) -> ResourceType {
            var type = type
            type.version = version
            return type
        }
    }

    private static func definitions(_ objects: [ManifestObject]) -> [GroupKind: Definition] {
        var found: [GroupKind: Definition] = [:]
        let kind = GroupKind(group: CustomResourceDefinition.type.group, kind: CustomResourceDefinition.type.kind)
        for item in objects where item.reference.groupKind == kind {
            guard let spec = item.object.document[.spec], let group = spec["group"]?.string,
                let kind = spec["names"]?["kind"]?.string, let plural = spec["names"]?["plural"]?.string
            else { continue }
            let versions = (spec["versions"]?.array ?? []).filter { $0["served"]?.bool == true }
                .compactMap { $0["name"]?.string }
            found[GroupKind(group: group, kind: kind)] = Definition(
                name: item.object.name,
                type: ResourceType(
                    group: group, version: "", kind: kind, plural: plural, singular: spec["names"]?["singular"]?.string,
                    isNamespaced: spec["scope"]?.string == "Namespaced"),
                versions: versions.map { "\(group)/\($0)" })
        }
        return found
    }
}

/// An object whose kind is not known.
struct UnplannedObject: Error {
    let item: ManifestObject
    let finding: Finding
}
