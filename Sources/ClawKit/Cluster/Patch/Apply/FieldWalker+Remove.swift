import ClawDocuments

extension FieldWalker {
    /// The document without the given fields and list elements. Containers that become empty go, too.
    func remove(_ fields: FieldSet, from object: JSONObject, _ schema: Schema?) -> JSONObject {
        remove(fields, from: .object(object), shape(ofRoot: schema))?.object ?? [:]
    }

    private func remove(_ fields: FieldSet, from value: JSON, _ shape: FieldShape) -> JSON? {
        switch value {
        case .object(let object):
            if shape.isAtomic || object.isEmpty { return nil }
            let kept: [(name: String, value: JSON)] = object.compactMap { name, value in
                guard let node = fields.nodes[.field(name)] else { return (name, value) }
                if node.isMember { return nil }
                return remove(node.children, from: value, member(name, of: shape)).map { (name, $0) }
            }
            return kept.isEmpty ? nil : .object(JSONObject(distinct: kept))
        case .array(let items):
            guard case .list = shape.form, !shape.isAtomic, !items.isEmpty else { return nil }
            let itemShape = element(of: shape)
            let kept: [JSON] = items.compactMap { item in
                guard let element = try? pathElement(of: item, in: shape), let node = fields.nodes[element] else {
                    return item
                }
                if node.isMember { return nil }
                return remove(node.children, from: item, itemShape)
            }
            return kept.isEmpty ? nil : .array(kept)
        default: return value
        }
    }
}
