public import ClawDocuments

// The form in managedFields: an object of objects, `{"f:metadata": {"f:labels": {".": {}, "f:app": {}}}}`. An empty
// object is a member; "." makes the surrounding field one.
extension FieldSet {
    /// - Throws: ``PathElementError`` for a name that is no path element.
    public init(fieldsV1 object: JSONObject) throws(PathElementError) {
        // By element: of one that stands in two spellings the last counts.
        var found: [PathElement: Node] = [:]
        for (name, value) in object where name != "." {
            guard let element = PathElement(fieldsV1: name) else {
                // A letter that is not known may be a later Kubernetes' own; it is left out, as there.
                if Self.isUnknownKind(name) { continue }
                throw PathElementError(text: name)
            }
            let inner = value.object ?? [:]
            let children = try FieldSet(fieldsV1: inner)
            found[element] = Node(isMember: children.isEmpty || inner["."] != nil, children: children)
        }
        self.init(found.map { ($0.key, $0.value) })
    }

    private static func isUnknownKind(_ name: String) -> Bool {
        let bytes = Array(name.utf8.prefix(2))
        return bytes.count == 2 && bytes[1] == UInt8(ascii: ":") && !"fkvi".utf8.contains(bytes[0])
    }

    public var fieldsV1: JSONObject { fieldsV1(includingSelf: false) }

    private func fieldsV1(includingSelf: Bool) -> JSONObject {
        var members: [(name: String, value: JSON)] = []
        members.reserveCapacity(nodes.count + 1)
        if includingSelf { members.append((".", [:])) }
        for (element, node) in nodes {
            members.append(
                (
                    element.fieldsV1,
                    .object(node.children.isEmpty ? [:] : node.children.fieldsV1(includingSelf: node.isMember))
                ))
        }
        return JSONObject(distinct: members)
    }
}

/// A name in `fieldsV1` that is no path element.
public struct PathElementError: Error, Sendable, Hashable, CustomStringConvertible {
    public let text: String
    public var description: String { "'\(text)' is no path element" }
}
