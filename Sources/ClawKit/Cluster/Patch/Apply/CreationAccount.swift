import ClawDocuments

/// What the maker of a new object owns: one walk over the object, which writes the entry of managedFields as it goes.
///
/// The entry is the one that comparing the object with nothing gives.
struct CreationAccount: ~Copyable {
    private let walker: FieldWalker
    private let ignored: [String]
    private var out = ObjectBuilder()
    /// Whether a member that nobody owns holds others, of which this walk does not tell.
    private var isUnusual = false

    /// - Parameter ignored: members of the object that nobody comes to own.
    init(_ walker: FieldWalker, ignoring ignored: [String]) { (self.walker, self.ignored) = (walker, ignored) }

    enum Outcome {
        case entry(JSONObject)
        /// Nobody owns anything.
        case nothing
        /// An object unlike all others: it must be compared.
        case unusual
    }

    /// - Parameter time: RFC 3339.
    static func entry(_ object: JSONObject, _ fields: FieldManager, manager: String, time: String) -> Outcome {
        guard let ignored = fields.ignoredMembers else { return .unusual }
        var account = CreationAccount(fields.walker, ignoring: ignored)
        return account.write(object, fields, manager, time)
    }

    private mutating func write(
        _ object: JSONObject, _ fields: FieldManager, _ manager: String, _ time: String
    ) -> Outcome {
        let entry = out.begin()
        out.set(.manager, .string(manager.isEmpty ? "unknown" : manager))
        out.set(.operation, .string(ManagedFields.Manager.Operation.update.rawValue))
        out.set(.apiVersion, .string(fields.apiVersion))
        out.set(.time, .string(time))
        out.set(.fieldsType, "FieldsV1")
        out.name(.fieldsV1)
        let owned = out.begin()
        let count = members(of: object, walker.shape(ofRoot: fields.schema), at: .root, isNew: false)
        if isUnusual { return .unusual }
        if count == 0 { return .nothing }
        out.end(owned, count: count)
        if !fields.subresource.isEmpty { out.set(.subresource, .string(fields.subresource)) }
        out.end(entry, count: fields.subresource.isEmpty ? 6 : 7)
        return out.finish().map(Outcome.entry) ?? .unusual
    }

    private enum Place {
        case root, metadata, elsewhere
    }

    /// Writes an object's members in their order; returns how many are owned.
    /// - Parameter isNew: whether the object itself was not there before.
    private mutating func members(
        of object: JSONObject, _ shape: FieldShape, at place: Place, isNew: Bool
    ) -> Int {
        var members: [(key: FieldKey, value: JSON)] = []
        members.reserveCapacity(object.count)
        var isSorted = true
        object.forEachMember { key, value in
            if isSorted, let last = members.last { isSorted = PathElement.bytesPrecede(last.key.name, key.name) }
            members.append((key, value))
        }
        if !isSorted { members.sort { PathElement.bytesPrecede($0.key.name, $1.key.name) } }
        var count = 0
        for (key, value) in members {
            if isUnowned(key, value, at: place) { continue }
            let begin = out.place
            out.name("f:", key.name)
            let member = walker.member(key, of: shape)
            let before = isNew ? nil : walker.implied(key, in: shape)
            let isOwned =
                if place == .root, key == .metadata, case .object(let metadata) = value {
                    // Nobody owns the metadata as such.
                    node(metadata, member, at: .metadata, isNew: before == nil)
                } else if let before {
                    change(from: before, to: value, member)
                } else {
                    whole(value, member)
                }
            if isOwned { count += 1 } else { out.rewind(to: begin) }
        }
        return count
    }

    /// What ``FieldManager/unownedFields`` and the ignored fields say.
    private mutating func isUnowned(_ key: FieldKey, _ value: JSON, at place: Place) -> Bool {
        switch place {
        case .elsewhere: return false
        case .root:
            if ignored.contains(key.name) { return true }
            guard key == .apiVersion || key == .kind else {
                if key == .metadata, value.object == nil { isUnusual = true }
                return false
            }
        case .metadata:
            guard Self.unowned.contains(key.name) else { return false }
        }
        if value.object != nil || value.array != nil { isUnusual = true }
        return true
    }

    private static let unowned: [String] = FieldManager.unownedFields.nodes.flatMap { element, node in
        element == .field("metadata") ? node.children.nodes.map(\.element) : []
    }.compactMap { if case .field(let name) = $0 { name } else { nil } }

    // MARK: values, each behind its name; false where nothing is owned, and nothing of use written

    private mutating func node(_ object: JSONObject, _ shape: FieldShape, at place: Place, isNew: Bool) -> Bool {
        let node = out.begin()
        let count = members(of: object, shape, at: place, isNew: isNew)
        out.end(node, count: count)
        return count > 0
    }

    /// A value that came, with all in it.
    private mutating func whole(_ value: JSON, _ shape: FieldShape) -> Bool {
        switch shape.walk(value) {
        case .leaf: out.emptyObject()
        case .object: owned(value.object ?? JSONObject(), shape)
        case .list:
            let node = beginOwned()
            endOwned(node, elements(value.array ?? [], shape))
        }
        return true
    }

    /// A field that is owned with what is in it.
    private mutating func owned(_ object: JSONObject, _ shape: FieldShape) {
        let node = beginOwned()
        endOwned(node, members(of: object, shape, at: .elsewhere, isNew: true))
    }

    private mutating func beginOwned() -> Int {
        let node = out.begin()
        out.name(".", "")
        out.emptyObject()
        return node
    }

    /// What holds nothing needs no word of itself.
    private mutating func endOwned(_ node: Int, _ count: Int) { out.end(node, count: count == 0 ? 0 : count + 1) }

    /// A value in the place of what Kubernetes' documents hold where nothing is said.
    private mutating func change(from before: JSON, to value: JSON, _ shape: FieldShape) -> Bool {
        let walk = shape.walk(value)
        guard walk == shape.walk(before) else {
            owned(value.object ?? JSONObject(), shape)
            return true
        }
        switch (walk, value) {
        case (.object, .object(let object)) where !object.isEmpty:
            return node(object, shape, at: .elsewhere, isNew: false)
        case (.list, .array(let items)) where !items.isEmpty:
            let node = out.begin()
            let count = elements(items, shape)
            out.end(node, count: count)
            return count > 0
        default:
            if before != value { out.emptyObject() }
            return before != value
        }
    }

    private mutating func elements(_ items: [JSON], _ shape: FieldShape) -> Int {
        let (order, found) = walker.index(items, in: shape)
        let shape = walker.element(of: shape)
        for element in order.sorted() {
            out.name("", element.fieldsV1)
            // What stands twice is one.
            if let peers = found[element], peers.count == 1 { _ = whole(peers[0], shape) } else { out.emptyObject() }
        }
        return order.count
    }
}
