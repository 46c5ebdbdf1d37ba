/// The nodes of a ``FieldSet`` in the order of their elements, so that sets are combined by going along both.
struct SortedNodes: Sendable, Hashable, RandomAccessCollection {
    typealias Element = (element: PathElement, node: FieldSet.Node)

    private struct Item: Sendable, Hashable {
        var element: PathElement
        var node: FieldSet.Node
    }

    private var items: [Item] = []

    init() {}

    /// Elements in any order, each once. Nodes that say nothing are left out.
    init(_ members: [Element]) {
        self.init(sorted: Self.areSorted(members) ? members : members.sorted { $0.element < $1.element })
    }

    /// Whether each element stands once, and all in their order.
    static func areSorted(_ members: [Element]) -> Bool {
        members.count < 2 || (1..<members.count).allSatisfy { members[$0 - 1].element < members[$0].element }
    }

    /// Nodes that say nothing are left out.
    init(sorted members: [Element]) {
        items.reserveCapacity(members.count)
        for (element, node) in members where !node.isEmpty { items.append(Item(element: element, node: node)) }
    }

    var startIndex: Int { 0 }
    var endIndex: Int { items.count }
    subscript(index: Int) -> Element { (items[index].element, items[index].node) }

    /// Where the element is, or would be.
    private func position(of element: PathElement) -> Int {
        var (low, high) = (0, items.count)
        while low < high {
            let middle = (low + high) / 2
            if items[middle].element < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    subscript(element: PathElement) -> FieldSet.Node? {
        get {
            let position = position(of: element)
            return position < items.count && items[position].element == element ? items[position].node : nil
        }
        set {
            let position = position(of: element)
            let isThere = position < items.count && items[position].element == element
            switch (isThere, newValue) {
            case (true, let node?): items[position].node = node
            case (true, nil): items.remove(at: position)
            case (false, let node?): items.insert(Item(element: element, node: node), at: position)
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
        while i < items.count || j < other.items.count {
            if j == other.items.count || (i < items.count && items[i].element < other.items[j].element) {
                if let node = combine(items[i].node, nil) { result.append((items[i].element, node)) }
                i += 1
            } else if i == items.count || other.items[j].element < items[i].element {
                if let node = combine(nil, other.items[j].node) { result.append((other.items[j].element, node)) }
                j += 1
            } else {
                if let node = combine(items[i].node, other.items[j].node) { result.append((items[i].element, node)) }
                (i, j) = (i + 1, j + 1)
            }
        }
        return result
    }
}
