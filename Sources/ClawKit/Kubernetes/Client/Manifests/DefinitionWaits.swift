/// Holds custom resources back until the definitions applied just before them are served.
struct DefinitionWaits {
    let applier: ManifestApplier
    /// By definition: nil where its objects are served.
    private var known: [String: Finding?] = [:]

    init(applier: ManifestApplier) { self.applier = applier }

    /// - Returns: in a dry run, what cannot be checked because the definition is not really there.
    /// - Throws: ``Finding`` with ``FindingCode/deadline``, or with ``FindingCode/unknownKind`` where the definition
    ///   was refused; what watching throws.
    mutating func wait(for item: PlannedObject) async throws -> Finding? {
        guard let name = item.definition else { return nil }
        if let answer = known[name] { return answer }
        let answer = applier.options.dryRun ? try await tell(item, name) : nil
        if !applier.options.dryRun { try await wait(for: item.type, name) }
        known[name] = .some(answer)
        return answer
    }

    private func tell(_ item: PlannedObject, _ name: String) async throws -> Finding? {
        do {
            _ = try await applier.mapper.resource(apiVersion: item.type.apiVersion, kind: item.type.kind)
            return nil
        } catch let finding as Finding where finding.code == .unknownKind {
            return Finding(
                .unchecked,
                "The definition \(name) is not installed, so its objects could not be checked in a dry run.",
                field: item.source)
        }
    }

    /// Established means that the server that answered serves it; discovery says so a little later, for all of them.
    private func wait(for type: ResourceType, _ name: String) async throws {
        let (applier, limit) = (applier, applier.options.definitionDeadline)
        guard try await applier.api.find(CustomResourceDefinition.self, name) != nil else {
            throw Finding(.unknownKind, "The definition \(name) was refused, so its objects cannot be; mend it first.")
        }
        try await applier.api.wait(
            for: CustomResourceDefinition.self, name, until: .ready, deadline: limit, time: applier.time)
        let end = applier.time.now + limit
        while true {
            do {
                _ = try await applier.mapper.resource(apiVersion: type.apiVersion, kind: type.kind)
                return
            } catch let finding as Finding where finding.code == .unknownKind {
                guard applier.time.now < end else {
                    throw Finding(
                        .deadline, "The definition \(name) is established, but \(type) is not served yet; apply again.")
                }
                try await applier.time.sleep(for: .milliseconds(200))
            }
        }
    }
}
