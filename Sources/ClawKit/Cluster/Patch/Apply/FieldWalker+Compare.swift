import ClawDocuments

/// Which fields differ between two documents. No field is in more than one of the sets.
struct FieldChanges {
    var added = FieldSet()
    var modified = FieldSet()
    var removed = FieldSet()

    var isEmpty: Bool { added.isEmpty && modified.isEmpty && removed.isEmpty }

    /// Without the given fields and everything below them.
    func ignoring(_ fields: FieldSet) -> FieldChanges {
        FieldChanges(
            added: added.subtractingSubtrees(of: fields), modified: modified.subtractingSubtrees(of: fields),
            removed: removed.subtractingSubtrees(of: fields))
    }
}

extension FieldWalker {
    func changes(from old: JSONObject, to new: JSONObject, _ schema: Schema?) -> FieldChanges {
        let changes = compare(.object(old), .object(new), shape(ofRoot: schema))
        return FieldChanges(
            added: changes.added.children, modified: changes.modified.children, removed: changes.removed.children)
    }

    /// The three sets at one place and below.
    private struct Nodes {
        var added = FieldSet.Node()
        var modified = FieldSet.Node()
        var removed = FieldSet.Node()
    }

    /// The nodes below one place, until all are known.
    private struct Collector {
        private var added: [SortedNodes.Element] = []
        private var modified: [SortedNodes.Element] = []
        private var removed: [SortedNodes.Element] = []

        mutating func set(_ element: PathElement, _ child: Nodes) {
            if !child.added.isEmpty { added.append((element, child.added)) }
            if !child.modified.isEmpty { modified.append((element, child.modified)) }
            if !child.removed.isEmpty { removed.append((element, child.removed)) }
        }

        var nodes: Nodes {
            Nodes(
                added: .init(children: FieldSet(added)), modified: .init(children: FieldSet(modified)),
                removed: .init(children: FieldSet(removed)))
        }
    }

    private func compare(_ old: JSON?, _ new: JSON?, _ shape: FieldShape) -> Nodes {
        switch (old, new) {
        case (nil, nil): return Nodes()
        case (nil, let new?): return Nodes(added: whole(new, shape))
        case (let old?, nil): return Nodes(removed: whole(old, shape))
        case (let old?, let new?): return compareBoth(old, new, shape)
        }
    }

    /// A value that came or went, with all in it.
    private func whole(_ value: JSON, _ shape: FieldShape) -> FieldSet.Node {
        var children: [SortedNodes.Element] = []
        switch shape.walk(value) {
        case .leaf: break
        case .object:
            value.object?.forEachMember { key, value in children.append((.field(key.name), whole(value, member(key, of: shape)))) }
        case .list:
            let (order, items) = index(value.array ?? [], in: shape)
            let shape = element(of: shape)
            for element in order {
                let peers = items[element] ?? []
                // What stands twice is one.
                children.append((element, peers.count == 1 ? whole(peers[0], shape) : FieldSet.Node(isMember: true)))
            }
        }
        return FieldSet.Node(isMember: true, children: FieldSet(children))
    }

    private func compareBoth(_ old: JSON, _ new: JSON, _ shape: FieldShape) -> Nodes {
        if case .object(let old) = old, case .object(let new) = new, old.isIdentical(to: new) { return Nodes() }
        let walk = shape.walk(new)
        if walk != shape.walk(old) {
            // A value of another kind: the field was changed, and its members come or go.
            var nodes = compareObjects(old.object ?? [:], new.object ?? [:], shape)
            nodes.modified.isMember = true
            return nodes
        }
        switch walk {
        case .leaf: return compareLeaves(old, new)
        case .object:
            let (oldMembers, newMembers) = (old.object ?? [:], new.object ?? [:])
            if oldMembers.isEmpty, newMembers.isEmpty { return compareLeaves(old, new) }
            return compareObjects(oldMembers, newMembers, shape, isBoth: true)
        case .list:
            let (oldItems, newItems) = (old.array ?? [], new.array ?? [])
            if oldItems.isEmpty, newItems.isEmpty { return compareLeaves(old, new) }
            return compareLists(oldItems, newItems, shape)
        }
    }

    private func compareLeaves(_ old: JSON, _ new: JSON) -> Nodes {
        Nodes(modified: FieldSet.Node(isMember: old != new))
    }

    private func compareObjects(
        _ old: JSONObject, _ new: JSONObject, _ shape: FieldShape, isBoth: Bool = false
    ) -> Nodes {
        var nodes = Collector()
        let (oldMembers, newMembers) = (MemberLookup(old), MemberLookup(new))
        old.forEachMember { key, value in
            let other = newMembers[key] ?? (isBoth ? implied(key, in: shape) : nil)
            nodes.set(.field(key.name), compare(value, other, member(key, of: shape)))
        }
        new.forEachMember { key, value in
            guard oldMembers[key] == nil else { return }
            let other = isBoth ? implied(key, in: shape) : nil
            nodes.set(.field(key.name), compare(other, value, member(key, of: shape)))
        }
        return nodes.nodes
    }

    /// What Kubernetes' own document would hold where this one holds nothing: there some fields are never absent,
    /// so that setting what is in them is not setting them.
    func implied(_ key: FieldKey, in shape: FieldShape) -> JSON? {
        guard case .record(let schema) = shape.form, let field = schema[key] else { return nil }
        switch field.type {
        case .time, .microTime: return .null
        case _ where !field.isAlwaysPresent: return nil
        case .string: return ""
        case .integer, .number: return 0
        case .bool: return false
        case .object: return [:]
        default: return .null
        }
    }

    private func compareLists(_ old: [JSON], _ new: [JSON], _ shape: FieldShape) -> Nodes {
        var nodes = Collector()
        let (oldOrder, oldItems) = index(old, in: shape)
        let (newOrder, newItems) = index(new, in: shape)
        let shape = element(of: shape)
        for element in oldOrder + newOrder.filter({ oldItems[$0] == nil }) {
            let (before, after) = (oldItems[element] ?? [], newItems[element] ?? [])
            switch (before.count, after.count) {
            case (...1, ...1): nodes.set(element, compare(before.first, after.first, shape))
            case (2..., 2...):
                var child = Nodes()
                child.modified.isMember = before != after
                nodes.set(element, child)
            case (2..., _):
                var child = after.isEmpty ? Nodes() : compare(nil, after[0], shape)
                child.removed.isMember = true
                nodes.set(element, child)
            default:
                var child = before.isEmpty ? Nodes() : compare(before[0], nil, shape)
                child.added.isMember = true
                nodes.set(element, child)
            }
        }
        return nodes.nodes
    }
}
