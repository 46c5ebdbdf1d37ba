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
            for (name, value) in value.object ?? [:] {
                var child = fields(of: value, member(name, of: shape))
                if value.isNull || value.object?.isEmpty == true || !shape.declares(name) { child.isMember = true }
                node.children.set(.field(name), child)
            }
        case .list:
            let (order, items) = index(value.array ?? [], in: shape)
            for element in order {
                guard let item = items[element]?.first else { continue }
                // What stands twice is owned as a whole.
                var child = items[element]?.count == 1 ? fields(of: item, self.element(of: shape)) : FieldSet.Node()
                child.isMember = true
                node.children.set(element, child)
            }
        }
        return node
    }

    /// With the declared fields along the members' paths as members: `a.b.c` brings `a` if it is a declared field.
    func withDeclaredParents(_ set: FieldSet, _ shape: FieldShape) -> FieldSet {
        var result = FieldSet()
        for (element, node) in set.nodes {
            var node = node
            if case .field(let name) = element, !node.children.isEmpty, shape.declares(name) { node.isMember = true }
            node.children = withDeclaredParents(node.children, child(element, of: shape))
            result.set(element, node)
        }
        return result
    }

    /// Where a type became atomic since the set was written, its owner owns the whole.
    func reconciled(_ set: FieldSet, _ shape: FieldShape) -> FieldSet {
        if case .deduced = shape.form { return set }
        var result = FieldSet()
        for (element, node) in set.nodes {
            let shape = child(element, of: shape)
            if shape.isAtomic, !node.children.isEmpty {
                result.set(element, FieldSet.Node(isMember: true))
            } else {
                result.set(
                    element, FieldSet.Node(isMember: node.isMember, children: reconciled(node.children, shape)))
            }
        }
        return result
    }
}
