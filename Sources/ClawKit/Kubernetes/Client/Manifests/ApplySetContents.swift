/// Where a set's members may be: what its parent's annotations say.
struct ApplySetContents: Sendable, Hashable {
    var kinds: Set<GroupKind> = []
    /// With the parent's own, where it has one.
    var namespaces: Set<String> = []

    func union(_ other: ApplySetContents) -> ApplySetContents {
        ApplySetContents(kinds: kinds.union(other.kinds), namespaces: namespaces.union(other.namespaces))
    }
}

extension ApplySet {
    /// What an apply of these objects will have put into the set.
    func contents(_ objects: [PlannedObject]) -> ApplySetContents {
        ApplySetContents(
            kinds: Set(objects.map(\.groupKind)), namespaces: Set(objects.compactMap { $0.reference.namespace }))
    }

    /// The parent as it is to be applied: label and annotations, nothing else.
    func parent(_ contents: ApplySetContents) -> DynamicObject {
        DynamicObject(
            type,
            ObjectMeta(
                name: name, namespace: namespace, labels: [Label.id: id],
                annotations: [
                    Annotation.tooling: tooling,
                    Annotation.kinds: contents.kinds.sorted().map(\.description).joined(separator: ","),
                    Annotation.namespaces: contents.namespaces.filter { $0 != namespace }.sorted().joined(
                        separator: ","),
                ]))
    }

    /// The contents that a parent on the server tells.
    /// - Throws: ``Finding`` with ``FindingCode/applySet`` where the object is no parent, or another tool's.
    func contents(of parent: DynamicObject, _ mapper: RESTMapper) async throws -> ApplySetContents {
        let annotations = parent.annotations
        let place = ManifestReference(parent).description
        guard let tooling = annotations[Annotation.tooling] else {
            throw Finding(
                .applySet,
                "\(place) is there, but as no parent of an ApplySet (it lacks \(Annotation.tooling)); use another.",
                field: place)
        }
        guard Self.toolName(tooling) == Self.toolName(self.tooling) else {
            throw Finding(
                .applySet,
                "\(place) is managed by '\(tooling)', not by '\(self.tooling)'; use that tool, or take its name.",
                field: place)
        }
        guard parent.labels[Label.id] == id else {
            throw Finding(
                .applySet, "\(place) has not the label \(Label.id)=\(id) of this parent; was it copied?", field: place)
        }
        let namespaces = (annotations[Annotation.namespaces] ?? "").split(separator: ",").map { String($0) }
        return ApplySetContents(
            kinds: try await kinds(annotations, place, mapper),
            namespaces: Set(namespaces + [namespace].compactMap { $0 }))
    }

    private func kinds(_ annotations: [String: String], _ place: String, _ mapper: RESTMapper) async throws -> Set<
        GroupKind
    > {
        if let text = annotations[Annotation.kinds] {
            return Set(text.split(separator: ",").map { GroupKind(parsing: $0) })
        }
        guard let text = annotations[Annotation.resources] else {
            throw Finding(
                .applySet, "\(place) does not say which kinds it contains; set \(Annotation.kinds), empty for none.",
                field: place)
        }
        var kinds: Set<GroupKind> = []
        for name in text.split(separator: ",") {
            let type = try await mapper.resource(String(name)).type
            kinds.insert(GroupKind(group: type.group, kind: type.kind))
        }
        return kinds
    }
}
