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
    var nodes: [PathElement: Node] = [:]

    public init() {}

    public init(_ paths: some Sequence<[PathElement]>) { for path in paths { insert(path) } }

    /// Sets of plain fields: `["metadata", "name"]`.
    public init(fields paths: [String]...) { self.init(paths.map { $0.map(PathElement.field) }) }

    public var isEmpty: Bool { nodes.isEmpty }

    public mutating func insert(_ path: some Collection<PathElement>) {
        guard let first = path.first else { return }
        let rest = path.dropFirst()
        if rest.isEmpty {
            nodes[first, default: Node()].isMember = true
        } else {
            nodes[first, default: Node()].children.insert(rest)
        }
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
        let sorted = nodes.sorted { $0.key < $1.key }
        for (element, node) in sorted where node.isMember { result.append(path + [element]) }
        for (element, node) in sorted { node.children.collect(into: &result, below: path + [element]) }
    }

    mutating func set(_ element: PathElement, _ node: Node) {
        nodes[element] = node.isEmpty ? nil : node
    }
}

extension FieldSet: CustomStringConvertible {
    public var description: String { paths.map { $0.map(\.description).joined() }.joined(separator: "\n") }
}

// MARK: algebra

extension FieldSet {
    public func union(_ other: FieldSet) -> FieldSet {
        if isEmpty { return other }
        var result = self
        for (element, node) in other.nodes {
            guard let own = nodes[element] else {
                result.nodes[element] = node
                continue
            }
            result.nodes[element] = Node(
                isMember: own.isMember || node.isMember, children: own.children.union(node.children))
        }
        return result
    }

    public func intersection(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        for (element, node) in nodes {
            guard let peer = other.nodes[element] else { continue }
            result.set(
                element,
                Node(isMember: node.isMember && peer.isMember, children: node.children.intersection(peer.children)))
        }
        return result
    }

    /// Without the other's members; what is below them stays.
    public func subtracting(_ other: FieldSet) -> FieldSet {
        if other.isEmpty { return self }
        var result = self
        for (element, peer) in other.nodes {
            guard let node = nodes[element] else { continue }
            result.set(
                element,
                Node(isMember: node.isMember && !peer.isMember, children: node.children.subtracting(peer.children)))
        }
        return result
    }

    /// Without the other's members and everything below them.
    public func subtractingSubtrees(of other: FieldSet) -> FieldSet {
        if other.isEmpty { return self }
        var result = self
        for (element, peer) in other.nodes {
            guard let node = nodes[element] else { continue }
            if peer.isMember {
                result.nodes[element] = nil
            } else {
                result.set(
                    element,
                    Node(isMember: node.isMember, children: node.children.subtractingSubtrees(of: peer.children)))
            }
        }
        return result
    }
}
