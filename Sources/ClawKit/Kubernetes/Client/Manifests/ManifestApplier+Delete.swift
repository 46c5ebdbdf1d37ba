extension ManifestApplier {
    /// Deletes the objects, in the opposite order of applying.
    /// - Parameter deadline: waits so long until each is gone; nil returns once the server has accepted.
    /// - Returns: a result per object, in the order of deleting.
    /// - Throws: as ``apply(_:)``.
    public func delete(_ objects: [ManifestObject], waitingAtMost deadline: Duration? = nil) async throws
        -> [ManifestResult]
    {
        var plan = try await plan.resolve(objects)
        plan.reverse()
        let writer = writer
        var held: [PlannedObject: String] = [:]
        var results = try await eachReachable(plan) { item in
            do {
                let deletion = try await writer.delete(
                    DynamicObject.self, of: item.type, item.object.name, in: item.reference.namespace,
                    propagation: options.propagation)
                if case .pending(let object) = deletion { held[item] = object.uid }
                return (.deleted, nil, nil)
            } catch let error as KubernetesError where error.isNotFound {
                return (.absent, nil, nil)
            }
        }
        guard let deadline, !options.dryRun else { return results }
        let end = time.now + deadline
        for (index, step) in plan.enumerated() {
            guard case .success(let item) = step, let uid = held[item] else { continue }
            do {
                try await api.wait(
                    for: DynamicObject.self, of: item.type, item.object.name, in: item.reference.namespace,
                    until: .deleted(uid: uid), deadline: max(.zero, end - time.now), time: time)
            } catch let finding as Finding {
                results[index] = ManifestResult(item.reference, source: item.source, .refused(finding))
            }
        }
        return results
    }
}
