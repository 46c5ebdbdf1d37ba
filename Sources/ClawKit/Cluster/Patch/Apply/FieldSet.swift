/// A set of field paths: what one manager owns.
///
/// A field and the fields below it are members apart from each other: owning `.spec` (`"f:spec": {".": {}}`) says
/// that the manager set the field, not that everything in it is the manager's.
/// <https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management>
public struct FieldSet: Sendable, Hashable {
    struct Node: Sendable, Hashable {
        var isMember = false
        var children = FieldSet()

        var isEmpty: Bool { !isMember && children.isEmpty }
    }

    /// Only nodes that are members or hold some.
    private(set) var nodes: SortedNodes = SortedNodes()

    public init() {}

    public init(_ paths: some Sequence<[PathElement]>) { for path in paths { insert(path) } }

    /// Sets of plain fields: `["metadata", "name"]`.
    public init(fields paths: [String]...) { self.init(paths.map { $0.map(PathElement.field) }) }

    public var isEmpty: Bool { nodes.isEmpty }

    public mutating func insert(_ path: some Collection<PathElement>) {
        guard let first = path.first else { return }
        let rest = path.dropFirst()
        var node = nodes[first] ?? Node()
        if rest.isEmpty { node.isMember = true } else { node.children.insert(rest) }
        nodes[first] = node
    }

    public func contains(_ path: some Collection<PathElement>) -> Bool {
        guard let first = path.first, let node = nodes[first] else { return false }
        let rest = path.dropFirst()
        return rest.isEmpty ? node.isMember : node.children.contains(rest)
    }

    /// All members; at each place first those right there, then those below, each in order.
    public var paths: [[PathElement]] {
        var result: [[PathElement]] = []
        collect(into: &result, below: [])
        return result
    }

    private func collect(into result: inout [[PathElement]], below path: [PathElement]) {
        for (element, node) in nodes where node.isMember { result.append(path + [element]) }
        for (element, node) in nodes { node.children.collect(into: &result, below: path + [element]) }
    }

    /// From nodes in any order, each element once. Those that say nothing are left out.
    init(_ nodes: [SortedNodes.Element]) { self.nodes = SortedNodes(nodes) }
}

extension FieldSet: CustomStringConvertible {
    public var description: String { paths.map { $0.map(\.description).joined() }.joined(separator: "\n") }
}

// MARK: algebra

extension FieldSet {
    private init(sorted nodes: [SortedNodes.Element]) { self.nodes = SortedNodes(sorted: nodes) }

    public func union(_ other: FieldSet) -> FieldSet {
        if isEmpty { return other }
        if other.isEmpty { return self }
        return FieldSet(sorted: nodes.merged(with: other.nodes) { own, peer in
            guard let own, let peer else { return own ?? peer }
            return Node(isMember: own.isMember || peer.isMember, children: own.children.union(peer.children))
        })
    }

    public func intersection(_ other: FieldSet) -> FieldSet {
        if isEmpty || other.isEmpty { return FieldSet() }
        return FieldSet(sorted: nodes.merged(with: other.nodes) { own, peer in
            guard let own, let peer else { return nil }
            return Node(isMember: own.isMember && peer.isMember, children: own.children.intersection(peer.children))
        })
    }

    /// Without the other's members; what is below them stays.
    public func subtracting(_ other: FieldSet) -> FieldSet {
        if isEmpty || other.isEmpty { return self }
        return FieldSet(sorted: nodes.merged(with: other.nodes) { own, peer in
            guard let own, let peer else { return own }
            return Node(isMember: own.isMember && !peer.isMember, children: own.children.subtracting(peer.children))
        })
    }

    /// Without the other's members and everything below them.
    public func subtractingSubtrees(of other: FieldSet) -> FieldSet {
        if isEmpty || other.isEmpty { return self }
        return FieldSet(sorted: nodes.merged(with: other.nodes) { own, peer in
            guard let own, let peer else { return own }
            if peer.isMember { return nil }
            return Node(isMember: own.isMember, children: own.children.subtractingSubtrees(of: peer.children))
        })
    }
}
