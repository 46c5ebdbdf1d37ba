import ClawDocuments

extension FieldWalker {
    /// Every leaf and list element of a document.
    func fields(of object: JSONObject, _ schema: Schema?) -> FieldSet {
        fields(of: .object(object), shape(ofRoot: schema)).children
    }

    private func fields(of value: JSON, _ shape: FieldShape) -> FieldSet.Node {
        var node = FieldSet.Node()
        switch shape.walk(value) {
        case .leaf: node.isMember = true
        case .object:
            var children: [SortedNodes.Element] = []
            value.object?.forEachMember { key, value in
                var child = fields(of: value, member(key, of: shape))
                if value.isNull || value.object?.isEmpty == true || !shape.declares(key) { child.isMember = true }
                children.append((.field(key.name), child))
            }
            node.children = FieldSet(children)
        case .list:
            let (order, items) = index(value.array ?? [], in: shape)
            var children: [SortedNodes.Element] = []
            for element in order {
                guard let item = items[element]?.first else { continue }
                // What stands twice is owned as a whole.
                var child = items[element]?.count == 1 ? fields(of: item, self.element(of: shape)) : FieldSet.Node()
                child.isMember = true
                children.append((element, child))
            }
            node.children = FieldSet(children)
        }
        return node
    }

    /// With the declared fields along the members' paths as members: `a.b.c` brings `a` if it is a declared field.
    func withDeclaredParents(_ set: FieldSet, _ shape: FieldShape) -> FieldSet {
        FieldSet(set.nodes.map { element, node in
            var node = node
            if case .field(let name) = element, !node.children.isEmpty, shape.declares(FieldKey(name)) { node.isMember = true }
            node.children = withDeclaredParents(node.children, child(element, of: shape))
            return (element, node)
        })
    }

    /// Whether a type became atomic since the set was written.
    func isOutdated(_ set: FieldSet, _ shape: FieldShape) -> Bool {
        if case .deduced = shape.form { return false }
        return set.nodes.contains { element, node in
            if node.children.isEmpty { return false }
            let shape = child(element, of: shape)
            return shape.isAtomic || isOutdated(node.children, shape)
        }
    }

    /// Where a type became atomic since the set was written, its owner owns the whole.
    func reconciled(_ set: FieldSet, _ shape: FieldShape) -> FieldSet {
        if case .deduced = shape.form { return set }
        return FieldSet(set.nodes.map { element, node in
            // Most sets have nothing below.
            if node.children.isEmpty { return (element, node) }
            let shape = child(element, of: shape)
            if shape.isAtomic { return (element, FieldSet.Node(isMember: true)) }
            return (element, FieldSet.Node(isMember: node.isMember, children: reconciled(node.children, shape)))
        })
    }
}
