public import ClawDocuments

// The form in managedFields: an object of objects, `{"f:metadata": {"f:labels": {".": {}, "f:app": {}}}}`. An empty
// object is a member; "." makes the surrounding field one.
extension FieldSet {
    /// - Throws: ``PathElementError`` for a name that is no path element.
    public init(fieldsV1 object: JSONObject) throws(PathElementError) {
        var found: [SortedNodes.Element] = []
        found.reserveCapacity(object.count)
        for (name, value) in object where name != "." {
            guard let element = PathElement(fieldsV1: name) else {
                // A letter that is not known may be a later Kubernetes' own; it is left out, as there.
                if Self.isUnknownKind(name) { continue }
                throw PathElementError(text: name)
            }
            let inner = value.object ?? [:]
            let children = try FieldSet(fieldsV1: inner)
            found.append((element, Node(isMember: children.isEmpty || inner["."] != nil, children: children)))
        }
        if !SortedNodes.areSorted(found) {
            // By element: of one that stands in two spellings the last counts.
            found = Dictionary(found.map { ($0.element, $0.node) }) { _, last in last }.map { ($0.key, $0.value) }
        }
        self.init(found)
    }

    private static func isUnknownKind(_ name: String) -> Bool {
        let bytes = Array(name.utf8.prefix(2))
        return bytes.count == 2 && bytes[1] == UInt8(ascii: ":") && !"fkvi".utf8.contains(bytes[0])
    }

    public var fieldsV1: JSONObject {
        var builder = ObjectBuilder()
        write(to: &builder, includingSelf: false)
        // Names that are too long for packed objects stand in others.
        return builder.finish() ?? fieldsV1(includingSelf: false)
    }

    private func write(to builder: inout ObjectBuilder, includingSelf: Bool) {
        let object = builder.begin()
        if includingSelf {
            builder.name(".", "")
            builder.emptyObject()
        }
        for (element, node) in nodes {
            if case .field(let name) = element { builder.name("f:", name) } else { builder.name("", element.fieldsV1) }
            // What holds nothing needs no word of itself.
            node.children.write(to: &builder, includingSelf: node.isMember && !node.children.isEmpty)
        }
        builder.end(object, count: nodes.count + (includingSelf ? 1 : 0))
    }

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
