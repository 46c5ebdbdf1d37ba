/// The members of an object that has been changed, or made by hand.
///
/// Sendable by copy-on-write: ``JSONObject`` changes a list only after it has made sure that it alone holds it;
/// shared lists are read-only.
final class MemberList: @unchecked Sendable {
    /// For each member its key's number in the known list, or `custom | index into names`.
    private var ids: [UInt16]
    private var values: [JSON]
    /// The names that are not in the known list.
    private var names: [String]

    /// Where each of ``names`` stands among the members, once there are too many to look through; nil: not known.
    private var places: [String: Int]?

    private static let custom: UInt16 = 0x8000
    /// From how many names on they are looked up by hash.
    private static let many = 24
    /// How many members an object may have.
    static let mostNames = Int(FieldKey.unknown)

    init(ids: [UInt16] = [], values: [JSON] = [], names: [String] = []) {
        (self.ids, self.values, self.names) = (ids, values, names)
    }

    /// A packed object's members; what is below them stays packed.
    init(unpacking object: UnsafeRawPointer, in bytes: PackedBytes) {
        (ids, values, names) = ([], [], [])
        let count = Int(PackedReader.uint16(object + 5))
        ids.reserveCapacity(count)
        values.reserveCapacity(count)
        PackedReader.members(of: object) { key, name, value in
            if key & PackedTag.customName == 0 {
                ids.append(key)
            } else {
                ids.append(UInt16(names.count) | Self.custom)
                names.append(PackedReader.name(key, name))
            }
            values.append(PackedReader.value(value, in: bytes))
            return true
        }
    }

    init(distinct members: some Sequence<(name: String, value: JSON)>) {
        (ids, values, names) = ([], [], [])
        for (name, value) in members { append(FieldKey(name), value) }
    }

    func copy() -> MemberList { MemberList(ids: ids, values: values, names: names) }

    var count: Int { ids.count }

    private func name(ofID id: UInt16) -> String {
        id & Self.custom == 0 ? KnownTexts.shared.texts[Int(id)] : names[Int(id & ~Self.custom)]
    }

    func member(at index: Int) -> (name: String, value: JSON) { (name(ofID: ids[index]), values[index]) }

    private func index(of key: FieldKey) -> Int? {
        if key.number != FieldKey.unknown { return ids.firstIndex(of: key.number) }
        if let places { return places[key.name] }
        guard let position = names.firstIndex(of: key.name) else { return nil }
        return ids.firstIndex(of: UInt16(position) | Self.custom)
    }

    /// Part of changes only: others may be reading a list that is not changed.
    private func learnPlaces() {
        var found: [String: Int] = [:]
        found.reserveCapacity(names.count)
        for (index, id) in ids.enumerated() where id & Self.custom != 0 { found[names[Int(id & ~Self.custom)]] = index }
        places = found
    }

    subscript(_ key: FieldKey) -> JSON? {
        get { index(of: key).map { values[$0] } }
        set {
            switch (index(of: key), newValue) {
            case (let index?, let value?): values[index] = value
            case (let index?, nil): remove(at: index)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    func modify<R>(_ key: FieldKey, _ body: (inout JSON?) throws -> R) rethrows -> R {
        guard let index = index(of: key) else {
            var value: JSON?
            let result = try body(&value)
            if let value { append(key, value) }
            return result
        }
        var value: JSON? = values[index]
        // Given up here, so that `body` holds the only reference to the subtree.
        values[index] = .null
        defer { if let value { values[index] = value } else { remove(at: index) } }
        return try body(&value)
    }

    private func append(_ key: FieldKey, _ value: JSON) {
        if key.number != FieldKey.unknown {
            ids.append(key.number)
        } else {
            precondition(names.count < Self.mostNames, "an object has too many members")
            ids.append(UInt16(names.count) | Self.custom)
            names.append(key.name)
            places?[key.name] = ids.count - 1
            if places == nil, names.count >= Self.many { learnPlaces() }
        }
        values.append(value)
    }

    private func remove(at index: Int) {
        places = nil
        let id = ids.remove(at: index)
        values.remove(at: index)
        guard id & Self.custom != 0 else { return }
        names.remove(at: Int(id & ~Self.custom))
        for other in ids.indices where ids[other] > id { ids[other] -= 1 }
    }

    /// Compares lists whose members stand in the same order and are all known; nil where they do not.
    func isEqual(inOrder other: MemberList) -> Bool? {
        names.isEmpty && ids == other.ids ? values == other.values : nil
    }
}
