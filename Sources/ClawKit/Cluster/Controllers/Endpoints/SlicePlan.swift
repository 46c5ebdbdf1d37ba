import ClawModels

/// How endpoints are spread over slices of one address family, with as few changes to those there are as can be. Pure.
/// <https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#distribution-of-endpointslices>
struct SlicePlan: Sendable {
    static let mostEndpoints = 100

    /// Endpoints that share their ports.
    struct Group: Sendable {
        var ports: [DiscoveryEndpointPort]
        var endpoints: [Endpoint]
    }

    private(set) var created: [EndpointSlice] = []
    private(set) var updated: [EndpointSlice] = []
    private(set) var deleted: [EndpointSlice] = []

    /// - Parameters:
    ///   - model: what every slice looks like, but for ports and endpoints.
    ///   - existing: the slices of the family.
    ///   - mostEndpoints: in one slice.
    init(_ groups: [Group], model: EndpointSlice, existing: [EndpointSlice], mostEndpoints: Int = Self.mostEndpoints) {
        var left = existing.sorted { $0.name < $1.name }
        for group in groups where !group.endpoints.isEmpty {
            var wanted = Dictionary(group.endpoints.map { ($0.identity, $0) }) { _, last in last }
            var mine: [(slice: EndpointSlice, endpoints: [Endpoint])] = []
            for slice in left where slice.ports == group.ports && !slice.endpoints.isEmpty {
                // What stays keeps its place.
                mine.append((slice, slice.endpoints.compactMap { wanted.removeValue(forKey: $0.identity) }))
            }
            let taken = Set(mine.map(\.slice.name))
            left.removeAll { taken.contains($0.name) }
            var new = wanted.values.sorted { ($0.addresses.first ?? "") < ($1.addresses.first ?? "") }[...]
            for index in mine.indices where !mine[index].endpoints.isEmpty {
                let room = max(0, mostEndpoints - mine[index].endpoints.count)
                mine[index].endpoints += new.prefix(room)
                new = new.dropFirst(room)
            }
            for (slice, endpoints) in mine {
                // One that would be empty takes new ones rather than going.
                let filled = endpoints.isEmpty ? Array(new.prefix(mostEndpoints)) : endpoints
                if endpoints.isEmpty { new = new.dropFirst(mostEndpoints) }
                if filled.isEmpty { deleted.append(slice) } else { update(slice, model, group.ports, filled) }
            }
            while !new.isEmpty {
                var slice = model
                slice.ports = group.ports
                slice.endpoints = Array(new.prefix(mostEndpoints))
                new = new.dropFirst(mostEndpoints)
                created.append(slice)
            }
        }
        deleted += left
        keepOne(model, existing)
        reuse(model)
    }

    /// What would go takes what would be made: one write for two, and who follows the slices sees no gap.
    private mutating func reuse(_ model: EndpointSlice) {
        let uid = model.metadata.ownerReferences.first?.uid
        while let new = created.last,
            let place = deleted.firstIndex(where: { slice in slice.metadata.ownerReferences.contains { $0.uid == uid } })
        {
            created.removeLast()
            update(deleted.remove(at: place), model, new.ports, new.endpoints)
        }
    }

    /// Without any endpoint there is one empty slice.
    private mutating func keepOne(_ model: EndpointSlice, _ existing: [EndpointSlice]) {
        guard created.isEmpty, deleted.count == existing.count else { return }
        var empty = model
        (empty.document["endpoints"], empty.document["ports"]) = (.null, .null)
        guard let place = deleted.firstIndex(where: { $0.endpoints.isEmpty && $0.ports.isEmpty }) else {
            return created.append(empty)
        }
        let kept = deleted.remove(at: place)
        if kept.labels != model.labels { update(kept, model, [], []) }
    }

    private mutating func update(
        _ slice: EndpointSlice, _ model: EndpointSlice, _ ports: [DiscoveryEndpointPort], _ endpoints: [Endpoint]
    ) {
        var changed = slice
        changed.endpoints = endpoints
        changed.ports = ports
        if endpoints.isEmpty { (changed.document["endpoints"], changed.document["ports"]) = (.null, .null) }
        changed.labels = model.labels
        changed.metadata.ownerReferences = model.metadata.ownerReferences
        guard changed.endpoints != slice.endpoints || changed.ports != slice.ports || changed.labels != slice.labels
            || changed.metadata.ownerReferences != slice.metadata.ownerReferences
        else { return }
        changed.annotations[EndpointNames.lastChange] = model.annotations[EndpointNames.lastChange]
        updated.append(changed)
    }
}

extension Endpoint {
    /// By which it is the same in another slice.
    fileprivate var identity: String { targetRef?.uid ?? "\(addresses.first ?? "")/\(hostname ?? "")" }
}
