/// A JSON object: members in the order they were written, copied only when shared and changed.
///
/// What a parser made is a view into the document's bytes (see `PackedFormat.swift`) until it is first changed; then
/// this object, and only this one, becomes a list of members of its own.
public struct JSONObject: Sendable {
    private enum Storage: Sendable {
        case packed(PackedBytes, offset: UInt32)
        case members(MemberList)
        /// Holds nothing, so that nothing is counted when it is made or left behind.
        case empty
    }

    private var storage: Storage

    public init() { storage = .empty }

    init(_ bytes: PackedBytes, at position: UnsafeRawPointer) {
        storage = .packed(bytes, offset: UInt32(truncatingIfNeeded: position - bytes.start))
    }

    init(_ members: MemberList) { storage = .members(members) }

    /// Room for so many members.
    package init(capacity: Int) { storage = .members(MemberList(capacity: capacity)) }

    /// In time linear in the members, which must have distinct names: for large objects made at once.
    package init(distinct members: some Sequence<(name: String, value: JSON)>) {
        storage = .members(MemberList(distinct: members))
    }

    /// How many members an object may have.
    package static let mostNames = MemberList.mostNames

    // MARK: reading

    /// Calls `body` with the packed object's position, keeping the bytes alive meanwhile.
    @inline(__always)
    private static func reading<R>(_ bytes: PackedBytes, _ offset: UInt32, _ body: (UnsafeRawPointer) -> R) -> R {
        withExtendedLifetime(bytes) { body(bytes.start + Int(offset)) }
    }

    public var count: Int {
        switch storage {
        case .packed(let bytes, let offset): Self.reading(bytes, offset) { Int(PackedReader.uint16($0 + 5)) }
        case .members(let list): list.count
        case .empty: 0
        }
    }

    public var isEmpty: Bool { count == 0 }

    public subscript(_ key: FieldKey) -> JSON? {
        get {
            switch storage {
            case .packed(let bytes, let offset):
                Self.reading(bytes, offset) { object in
                    PackedReader.find(key, in: object).map { PackedReader.value($0, in: bytes) }
                }
            case .members(let list): list[key]
            case .empty: nil
            }
        }
        set {
            if newValue == nil, !has(key) { return }
            change { $0[key] = newValue }
        }
    }

    public subscript(_ name: String) -> JSON? {
        get { self[FieldKey(name)] }
        set { self[FieldKey(name)] = newValue }
    }

    /// Whether there is such a member, be it null.
    package func has(_ key: FieldKey) -> Bool {
        switch storage {
        case .packed(let bytes, let offset): Self.reading(bytes, offset) { PackedReader.find(key, in: $0) != nil }
        case .members(let list): list.has(key)
        case .empty: false
        }
    }

    /// The text of a member, read without making a JSON value of it first.
    func text(_ key: FieldKey) -> String? {
        switch storage {
        case .packed(let bytes, let offset):
            Self.reading(bytes, offset) { PackedReader.find(key, in: $0).flatMap(PackedReader.string) }
        case .members(let list): list.text(key)
        case .empty: nil
        }
    }

    /// Writes the object as JSON text where it is packed; false where it is not.
    func writePacked(to out: inout TextBuffer) -> Bool {
        guard case .packed(let bytes, let offset) = storage else { return false }
        withExtendedLifetime(bytes) { PackedReader.write(bytes.start + Int(offset), to: &out) }
        return true
    }

    /// The list of members; nil where the object is packed, or has none.
    var members: MemberList? { if case .members(let list) = storage { list } else { nil } }

    /// Calls `body` with where the object's packed bytes begin; nil where it is not packed.
    func withPacked<R>(_ body: (UnsafeRawPointer) -> R) -> R? {
        guard case .packed(let bytes, let offset) = storage else { return nil }
        return Self.reading(bytes, offset, body)
    }

    // MARK: changing

    /// The members as a list of this object's own.
    @inline(__always)
    private mutating func change<R>(_ body: (inout MemberList) throws -> R) rethrows -> R {
        var list: MemberList
        switch storage {
        case .packed(let bytes, let offset):
            list = Self.reading(bytes, offset) { MemberList(unpacking: $0, in: bytes) }
            storage = .empty
        case .members(let own):
            list = own
            // Given up here, so that a list nobody else holds is changed in place.
            storage = .empty
            list.makeUnique()
        case .empty: list = MemberList(capacity: 4)
        }
        defer { storage = .members(list) }
        return try body(&list)
    }

    /// Changes a member in place without copying its subtree. A nil left behind removes the member.
    public mutating func modify<R>(_ key: FieldKey, _ body: (inout JSON?) throws -> R) rethrows -> R {
        try change { try $0.modify(key, body) }
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

    public var names: [String] { map(\.name) }

    /// Whether the two are the very same tree, known without comparing. False says nothing.
    package func isIdentical(to other: JSONObject) -> Bool {
        switch (storage, other.storage) {
        case (.packed(let a, let x), .packed(let b, let y)): a === b && x == y
        case (.members(let a), .members(let b)): a === b
        case (.empty, .empty): true
        default: false
        }
    }
}

extension JSONObject: Sequence {
    public typealias Element = (name: String, value: JSON)

    public struct Iterator: IteratorProtocol {
        private let object: JSONObject
        /// The next member: an index, or an offset into the packed bytes.
        private var position: Int
        private var end = 0

        init(_ object: JSONObject) {
            self.object = object
            switch object.storage {
            case .packed(let bytes, let offset):
                position = Int(offset) + PackedTag.objectHeader
                end = position + withExtendedLifetime(bytes) { PackedReader.uint32(bytes.start + Int(offset) + 1) }
            case .members(let list):
                position = 0
                end = list.count
            case .empty: position = 0
            }
        }

        public mutating func next() -> Element? {
            switch object.storage {
            case .members(let list):
                guard position < end else { return nil }
                defer { position += 1 }
                return list.member(at: position)
            case .packed(let bytes, _):
                return withExtendedLifetime(bytes) {
                    if position < end {
                        let start = bytes.start + position
                        let key = PackedReader.uint16(start)
                        let name = start + 2
                        let value = key & PackedTag.customName == 0 ? name : name + Int(key & ~PackedTag.customName)
                        position += PackedReader.skip(value) - start
                        return (PackedReader.name(key, name), PackedReader.value(value, in: bytes))
                    }
                    return nil
                }
            case .empty: return nil
            }
        }
    }

    /// Calls `body` with each member, whose key finds a schema's field without the name.
    package func forEachMember(_ body: (FieldKey, JSON) throws -> Void) rethrows {
        switch storage {
        case .members(let list):
            for index in 0..<list.count {
                let member = list.keyedMember(at: index)
                try body(member.key, member.value)
            }
        case .packed(let bytes, let offset):
            try withExtendedLifetime(bytes) {
                let object = bytes.start + Int(offset)
                let end = object + PackedTag.objectHeader + PackedReader.uint32(object + 1)
                var next = object + PackedTag.objectHeader
                while next < end {
                    let key = PackedReader.uint16(next)
                    let name = next + 2
                    let isCustom = key & PackedTag.customName != 0
                    let value = isCustom ? name + Int(key & ~PackedTag.customName) : name
                    try body(FieldKey(known: isCustom ? FieldKey.unknown : key, PackedReader.name(key, name)), PackedReader.value(value, in: bytes))
                    next = PackedReader.skip(value)
                }
            }
        case .empty: break
        }
    }

    public func makeIterator() -> Iterator { Iterator(self) }
    public var underestimatedCount: Int { count }
}

extension JSONObject: Hashable {
    public static func == (a: JSONObject, b: JSONObject) -> Bool {
        if a.isIdentical(to: b) { return true }
        guard a.count == b.count else { return false }
        // Equal bytes are equal values; others may be, too.
        if case .packed(let x, let i) = a.storage, case .packed(let y, let j) = b.storage, PackedReader.isSame(x, i, y, j) { return true }
        if case .members(let a) = a.storage, case .members(let b) = b.storage, let same = a.isEqual(inOrder: b) { return same }
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
