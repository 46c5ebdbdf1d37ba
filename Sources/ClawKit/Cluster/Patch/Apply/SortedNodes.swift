/// The nodes of a ``FieldSet`` in the order of their elements, so that sets are combined by going along both.
struct SortedNodes: Sendable, Hashable, RandomAccessCollection {
    typealias Element = (element: PathElement, node: FieldSet.Node)

    private var elements: [PathElement] = []
    private var nodes: [FieldSet.Node] = []

    init() {}

    /// Elements in any order, each once. Nodes that say nothing are left out.
    init(_ members: [Element]) {
        let isSorted = zip(members, members.dropFirst()).allSatisfy { $0.element < $1.element }
        self.init(sorted: isSorted ? members : members.sorted { $0.element < $1.element })
    }

    /// Nodes that say nothing are left out.
    init(sorted members: [Element]) {
        elements.reserveCapacity(members.count)
        nodes.reserveCapacity(members.count)
        for (element, node) in members where !node.isEmpty {
            elements.append(element)
            nodes.append(node)
        }
    }

    var startIndex: Int { 0 }
    var endIndex: Int { elements.count }
    subscript(index: Int) -> Element { (elements[index], nodes[index]) }

    /// Where the element is, or would be.
    private func position(of element: PathElement) -> Int {
        var (low, high) = (0, elements.count)
        while low < high {
            let middle = (low + high) / 2
            if elements[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    subscript(element: PathElement) -> FieldSet.Node? {
        get {
            let position = position(of: element)
            return position < elements.count && elements[position] == element ? nodes[position] : nil
        }
        set {
            let position = position(of: element)
            let isThere = position < elements.count && elements[position] == element
            switch (isThere, newValue) {
            case (true, let node?): nodes[position] = node
            case (true, nil):
                elements.remove(at: position)
                nodes.remove(at: position)
            case (false, let node?):
                elements.insert(element, at: position)
                nodes.insert(node, at: position)
            case (false, nil): break
            }
        }
    }

    /// What `combine` makes of the two nodes at each element that either has; nil leaves the element out.
    func merged(
        with other: SortedNodes, _ combine: (FieldSet.Node?, FieldSet.Node?) -> FieldSet.Node?
    ) -> [Element] {
        var result: [Element] = []
        result.reserveCapacity(Swift.max(count, other.count))
        var (i, j) = (0, 0)
        while i < count || j < other.count {
            if j == other.count || (i < count && elements[i] < other.elements[j]) {
                if let node = combine(nodes[i], nil) { result.append((elements[i], node)) }
                i += 1
            } else if i == count || other.elements[j] < elements[i] {
                if let node = combine(nil, other.nodes[j]) { result.append((other.elements[j], node)) }
                j += 1
            } else {
                if let node = combine(nodes[i], other.nodes[j]) { result.append((elements[i], node)) }
                (i, j) = (i + 1, j + 1)
            }
        }
        return result
    }
}
