extension ManifestApplier {
    /// Applies the objects as a set, and deletes ("prunes") the members that are no longer among them.
    ///
    /// Safe to interrupt at any point: the parent first learns where members may be from now on, and forgets where they
    /// were only when all of those are gone. A refused object keeps everything from being pruned.
    /// - Returns: a result per applied object, then one per pruned object.
    /// - Throws: ``Finding`` with ``FindingCode/applySet`` where the parent cannot be used; as ``apply(_:)``; where an
    ///   object's kind is unknown. All of these before anything is written.
    public func apply(_ objects: [ManifestObject], as set: ApplySet) async throws -> [ManifestResult] {
        let plan = try await plan.resolve(objects)
        let planned = try members(plan, of: set)
        let run = ApplySetRun(applier: self, set: set)
        let before = try await run.readContents()
        let after = set.contents(planned)
        try await run.writeParent(before.union(after))
        let applied = try await apply(planned.map { .success($0) })
        guard applied.allSatisfy({ $0.refusal == nil }) else { return applied }
        let kept = Set(applied.compactMap { $0.live?.uid })
        let pruned = try await run.prune(in: before.union(after), keeping: kept)
        if pruned.allSatisfy({ $0.refusal == nil }) { try await run.writeParent(after) }
        return applied + pruned
    }

    /// Deletes all members of a set, then the parent where it holds nothing else.
    /// - Returns: a result per member.
    /// - Throws: as ``apply(_:as:)``.
    public func delete(_ set: ApplySet) async throws -> [ManifestResult] {
        let run = ApplySetRun(applier: self, set: set)
        let contents = try await run.readContents()
        let pruned = try await run.prune(in: contents, keeping: [])
        if pruned.allSatisfy({ $0.refusal == nil }) { try await run.removeParent() }
        return pruned
    }

    private func members(_ plan: [Result<PlannedObject, UnplannedObject>], of set: ApplySet) throws -> [PlannedObject] {
        try plan.map { step in
            switch step {
            case .failure(let unplanned): throw unplanned.finding
            case .success(var item):
                if let other = item.object.labels[ApplySet.Label.partOf] {
                    throw Finding(
                        .applySet,
                        "\(item.reference) has the label \(ApplySet.Label.partOf)=\(other) already; remove it.",
                        field: item.source)
                }
                item.object.labels[ApplySet.Label.partOf] = set.id
                return item
            }
        }
    }
}

/// The calls on a set's parent and members.
struct ApplySetRun {
    let applier: ManifestApplier
    let set: ApplySet

    private var place: String { ManifestReference(set.parent(ApplySetContents())).description }

    /// Empty where there is no parent yet and one can be made.
    func readContents() async throws -> ApplySetContents {
        if set.type.isNamespaced, (set.namespace ?? "").isEmpty {
            throw Finding(.applySet, "The parent \(place) needs a namespace; name one.", field: place)
        }
        try await checkKind()
        guard let parent = try await findParent() else {
            guard set.isBuiltInParent else {
                throw Finding(
                    .applySet, "The parent \(place) is not there, and only Secrets and ConfigMaps are made; create it.",
                    field: place)
            }
            return ApplySetContents(namespaces: Set([set.namespace].compactMap { $0 }))
        }
        return try await set.contents(of: parent, applier.mapper)
    }

    private func findParent() async throws -> DynamicObject? {
        try await applier.api.find(DynamicObject.self, of: set.type, set.name, in: set.namespace)
    }

    /// Custom resources are parents only where their definition says so.
    private func checkKind() async throws {
        if set.isBuiltInParent { return }
        let definition = try await applier.api.find(CustomResourceDefinition.self, set.type.qualifiedName)
        guard definition?.labels[ApplySet.Label.isParentType] != nil else {
            throw Finding(
                .applySet,
                "\(set.type.kind) may not be a parent; use a Secret, or give its definition the label "
                    + "\(ApplySet.Label.isParentType).",
                field: place)
        }
    }

    /// The annotations are this tool's: whoever else wrote to them loses.
    func writeParent(_ contents: ApplySetContents) async throws {
        _ = try await applier.writer.apply(set.parent(contents), manager: set.fieldManager, force: true)
    }

    /// Deletes the members that are not kept.
    func prune(in contents: ApplySetContents, keeping kept: Set<String>) async throws -> [ManifestResult] {
        var (members, results): ([DynamicObject], [ManifestResult]) = ([], [])
        for kind in contents.kinds.sorted() {
            do {
                members += try await self.members(kind, in: contents.namespaces).filter { !kept.contains($0.uid ?? "") }
            } catch {
                try Task.checkCancellation()
                results.append(refused(ManifestReference(apiVersion: kind.group, kind: kind.kind, name: "*"), error))
            }
        }
        for member in ApplyOrder.sorted(members, by: { ManifestReference($0).groupKind }).reversed() {
            results.append(try await prune(member))
        }
        return results
    }

    private func members(_ kind: GroupKind, in namespaces: Set<String>) async throws -> [DynamicObject] {
        guard let type = try await type(kind) else { return [] }
        var places: [String?] = [nil]
        if type.isNamespaced { places = namespaces.sorted() }
        var found: [DynamicObject] = []
        for namespace in places {
            found += try await applier.api.list(
                DynamicObject.self, of: type, in: namespace, labels: [ApplySet.Label.partOf: set.id]
            ).items
        }
        return found
    }

    private func prune(_ member: DynamicObject) async throws -> ManifestResult {
        let reference = ManifestReference(member)
        do {
            try await applier.writer.delete(
                DynamicObject.self, of: member.resourceType, member.name, in: member.namespace,
                propagation: applier.options.propagation, uid: member.uid)
        } catch let error as KubernetesError where error.isNotFound {
            // Somebody else was quicker.
        } catch {
            try Task.checkCancellation()
            return refused(reference, error)
        }
        return ManifestResult(reference, .pruned, isDryRun: applier.options.dryRun)
    }

    private func refused(_ reference: ManifestReference, _ error: any Error) -> ManifestResult {
        ManifestResult(
            reference, .refused(Finding(refusal: error, at: "\(reference)")), isDryRun: applier.options.dryRun)
    }

    /// nil for a kind that is no longer served: its objects went with its definition.
    private func type(_ kind: GroupKind) async throws -> ResourceType? {
        do {
            return try await applier.mapper.resource(group: kind.group, kind: kind.kind).type
        } catch let finding as Finding where finding.code == .unknownKind {
            let unasked = try await applier.mapper.discovery.resources().groups.first { $0.name == kind.group }?
                .versions.compactMap(\.finding).first
            if let unasked { throw unasked }
            return nil
        }
    }

    /// A parent with data of its own stays, as the parent of an empty set.
    func removeParent() async throws {
        guard let parent = try await findParent() else { return }
        let isBare = (parent["data"]?.object ?? [:]).isEmpty && (parent["binaryData"]?.object ?? [:]).isEmpty
        guard set.isBuiltInParent, isBare else {
            return try await writeParent(ApplySetContents())
        }
        try await applier.writer.delete(
            DynamicObject.self, of: set.type, set.name, in: set.namespace, uid: parent.uid,
            resourceVersion: parent.resourceVersion)
    }
}
