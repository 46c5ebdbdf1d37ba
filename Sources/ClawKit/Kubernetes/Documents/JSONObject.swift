/// A JSON object: members in the order they were written, copied only when shared and changed.
public struct JSONObject: Sendable {
    /// Sendable by copy-on-write: a storage is changed only through a `mutating` path that has first made sure
    /// that it is uniquely referenced; shared storages are read-only.
    private final class Storage: @unchecked Sendable {
        /// For each member its key's number in the known list, or `custom | index into names`.
        var ids: [UInt16]
        var values: [JSON]
        /// The names that are not in the known list.
        var names: [String]

        init(ids: [UInt16] = [], values: [JSON] = [], names: [String] = []) {
            (self.ids, self.values, self.names) = (ids, values, names)
        }

        func copy() -> Storage { Storage(ids: ids, values: values, names: names) }
    }

    private static let custom: UInt16 = 0x8000
    private static let none = Storage()

    private var storage: Storage

    public init() { storage = Self.none }

    /// For the parser: members in order, already free of duplicates.
    init(ids: [UInt16], values: [JSON], names: [String]) {
        storage = Storage(ids: ids, values: values, names: names)
    }

    /// In time linear in the members, which must have distinct names: for large objects made at once.
    package init(distinct members: some Sequence<(name: String, value: JSON)>) {
        var (ids, values, names): ([UInt16], [JSON], [String]) = ([], [], [])
        for (name, value) in members {
            if let number = KnownKeys.shared.number(of: name) {
                ids.append(number)
            } else {
                precondition(names.count < Self.mostNames, "an object has too many members")
                ids.append(UInt16(names.count) | Self.custom)
                names.append(name)
            }
            values.append(value)
        }
        storage = Storage(ids: ids, values: values, names: names)
    }

    /// How many members an object may have.
    package static let mostNames = Int(FieldKey.unknown)

    public var count: Int { storage.ids.count }
    public var isEmpty: Bool { storage.ids.isEmpty }

    private func name(ofID id: UInt16) -> String {
        id & Self.custom == 0 ? KnownKeys.shared.names[Int(id)] : storage.names[Int(id & ~Self.custom)]
    }

    private func index(of key: FieldKey) -> Int? {
        if key.number != FieldKey.unknown { return storage.ids.firstIndex(of: key.number) }
        guard let position = storage.names.firstIndex(of: key.name) else { return nil }
        return storage.ids.firstIndex(of: UInt16(position) | Self.custom)
    }

    private mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&storage) { storage = storage.copy() }
    }

    public subscript(_ key: FieldKey) -> JSON? {
        get { index(of: key).map { storage.values[$0] } }
        set {
            let index = index(of: key)
            makeUnique()
            switch (index, newValue) {
            case (let index?, let value?): storage.values[index] = value
            case (let index?, nil): remove(at: index)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    public subscript(_ name: String) -> JSON? {
        get { self[FieldKey(name)] }
        set { self[FieldKey(name)] = newValue }
    }

    /// Changes a member in place without copying its subtree. A nil left behind removes the member.
    public mutating func modify<R>(_ key: FieldKey, _ change: (inout JSON?) throws -> R) rethrows -> R {
        guard let index = index(of: key) else {
            var value: JSON?
            let result = try change(&value)
            if let value { self[key] = value }
            return result
        }
        makeUnique()
        var value: JSON? = storage.values[index]
        storage.values[index] = .null
        defer { if let value { storage.values[index] = value } else { remove(at: index) } }
        return try change(&value)
    }

    private func append(_ key: FieldKey, _ value: JSON) {
        if key.number != FieldKey.unknown {
            storage.ids.append(key.number)
        } else {
            precondition(storage.names.count < Int(FieldKey.unknown), "an object may have 32,767 members of its own naming")
            storage.ids.append(UInt16(storage.names.count) | Self.custom)
            storage.names.append(key.name)
        }
        storage.values.append(value)
    }

    private func remove(at index: Int) {
        let id = storage.ids.remove(at: index)
        storage.values.remove(at: index)
        guard id & Self.custom != 0 else { return }
        let position = id & ~Self.custom
        storage.names.remove(at: Int(position))
        for other in storage.ids.indices where storage.ids[other] > id { storage.ids[other] -= 1 }
    }

    @discardableResult
    public mutating func removeValue(forKey name: String) -> JSON? {
        let old = self[name]
        if old != nil { self[name] = nil }
        return old
    }

    public mutating func removeAll(where shouldRemove: (String, JSON) -> Bool) {
        for (name, value) in self where shouldRemove(name, value) { self[name] = nil }
    }

    public var names: [String] { storage.ids.map(name(ofID:)) }
}

extension JSONObject: Sequence {
    public typealias Element = (name: String, value: JSON)

    public struct Iterator: IteratorProtocol {
        let object: JSONObject
        var index = 0
        public mutating func next() -> Element? {
            guard index < object.count else { return nil }
            defer { index += 1 }
            return (object.name(ofID: object.storage.ids[index]), object.storage.values[index])
        }
    }

    public func makeIterator() -> Iterator { Iterator(object: self) }
    public var underestimatedCount: Int { count }
}

extension JSONObject: Hashable {
    public static func == (a: JSONObject, b: JSONObject) -> Bool {
        if a.storage === b.storage { return true }
        guard a.count == b.count else { return false }
        if a.storage.names.isEmpty, a.storage.ids == b.storage.ids { return a.storage.values == b.storage.values }
        return a.allSatisfy { name, value in b[name] == value }
    }

    public func hash(into hasher: inout Hasher) {
        var combined = 0
        for (name, value) in self {
            var member = Hasher()
            member.combine(name)
            member.combine(value)
            combined ^= member.finalize()
        }
        hasher.combine(combined)
    }

    /// Whether the two are the very same tree, known without comparing. False says nothing.
    package func isIdentical(to other: JSONObject) -> Bool { storage === other.storage }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self.init()
        for (name, value) in elements { self[name] = value }
    }

    public init(_ members: some Sequence<(String, JSON)>) {
        self.init()
        for (name, value) in members { self[name] = value }
    }
}

extension JSONObject: CustomStringConvertible {
    public var description: String { JSON.object(self).description }
}
