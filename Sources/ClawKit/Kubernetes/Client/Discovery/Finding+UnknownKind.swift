extension Finding {
    static func unknownResource(_ name: String, _ served: DiscoveredResources) -> Finding {
        let types = served.preferred.map(\.type)
        let plain = types.flatMap { [$0.plural, $0.singular, $0.kind] }
        let candidates = name.contains(".") ? types.map(\.qualifiedName) : plain
        return Finding(
            .unknownKind, "The server has no resource '\(name)'\(mend(name, candidates)).\(unasked(served))",
            field: name)
    }

    /// - Parameter group: with or without a version.
    static func unknownKind(_ group: String, _ kind: String, _ served: DiscoveredResources) -> Finding {
        let types = served.all.map(\.type)
        let elsewhere = types.filter { $0.kind == kind }.map(\.apiVersion)
        let hint =
            elsewhere.isEmpty
            ? mend(kind, types.map(\.kind)) : "; \(kind) is served in \(elsewhere.joined(separator: " and "))"
        let place = group.isEmpty ? "the core group" : group
        return Finding(
            .unknownKind, "The server has no kind '\(kind)' in \(place)\(hint).\(unasked(served))", field: "kind")
    }

    private static func mend(_ name: String, _ candidates: [String]) -> String {
        NearestName.nearest(to: name, in: candidates).map { "; did you mean '\($0)'" }
            ?? "; check the spelling, or install its definition first"
    }

    private static func unasked(_ served: DiscoveredResources) -> String {
        let places = served.findings.compactMap(\.field)
        return places.isEmpty ? "" : " Not all could be asked: \(places.joined(separator: ", "))."
    }
}
