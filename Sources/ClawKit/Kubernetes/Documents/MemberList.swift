/// The members of an object that has been changed, or made by hand: one allocation, with the members behind its header.
///
/// Sendable by copy-on-write: ``JSONObject`` changes a list only after it has made sure that it alone holds it;
/// shared lists are read-only. The methods that change demand it, but for ``makeUnique()``.
struct MemberList: @unchecked Sendable {
    struct Header {
        var count = 0
        var capacity: Int
        /// The names that are not in the known list.
        var names: [String] = []
        /// Where each of ``names`` stands among the members, once there are too many to look through; nil: not known.
        var places: [String: Int]?
    }

    struct Member {
        /// The key's number in the known list, or `custom | index into names`.
        var id: UInt16
        var value: JSON
    }

    /// Frees its members: a managed buffer by itself knows only its header.
    private final class Buffer: ManagedBuffer<Header, Member> {
        deinit { _ = withUnsafeMutablePointers { $1.deinitialize(count: $0.pointee.count) } }

        static func make(capacity: Int) -> Buffer {
            unsafeDowncast(create(minimumCapacity: capacity) { _ in Header(capacity: capacity) }, to: Buffer.self)
        }
    }

    private static let custom: UInt16 = 0x8000
    /// From how many names on they are looked up by hash.
    private static let many = 24
    /// How many members an object may have.
    static let mostNames = Int(FieldKey.unknown)

    private var buffer: Buffer

    init(capacity: Int) { buffer = Buffer.make(capacity: capacity) }

    /// A packed object's members; what is below them stays packed.
    init(unpacking object: UnsafeRawPointer, in bytes: PackedBytes) {
        // Who unpacks adds one, most of the time.
        self.init(capacity: Int(PackedReader.uint16(object + 5)) + 1)
        PackedReader.members(of: object) { key, name, value in
            let id = key & PackedTag.customName == 0 ? key : enter(PackedReader.name(key, name))
            add(Member(id: id, value: PackedReader.value(value, in: bytes)))
            return true
        }
    }

    init(distinct members: some Sequence<(name: String, value: JSON)>) {
        self.init(capacity: members.underestimatedCount)
        for (name, value) in members { append(FieldKey(name), value) }
    }

    static func === (a: Self, b: Self) -> Bool { a.buffer === b.buffer }

    // MARK: reading

    /// Valid while the list lives, and until it next changes.
    @inline(__always)
    private var header: UnsafeMutablePointer<Header> { buffer.withUnsafeMutablePointerToHeader { $0 } }
    @inline(__always)
    private var members: UnsafeMutablePointer<Member> { buffer.withUnsafeMutablePointerToElements { $0 } }

    var count: Int { withExtendedLifetime(buffer) { header.pointee.count } }

    func member(at index: Int) -> (name: String, value: JSON) {
        withExtendedLifetime(buffer) { (name(ofID: members[index].id), members[index].value) }
    }

    func keyedMember(at index: Int) -> (key: FieldKey, value: JSON) {
        withExtendedLifetime(buffer) {
            let id = members[index].id
            return (FieldKey(known: id & Self.custom == 0 ? id : FieldKey.unknown, name(ofID: id)), members[index].value)
        }
    }

    private func name(ofID id: UInt16) -> String {
        id & Self.custom == 0 ? KnownTexts.shared.texts[Int(id)] : header.pointee.names[Int(id & ~Self.custom)]
    }

    private func index(of key: FieldKey) -> Int? {
        if key.number != FieldKey.unknown { return index(ofID: key.number) }
        if let places = header.pointee.places { return places[key.name] }
        guard let position = header.pointee.names.firstIndex(of: key.name) else { return nil }
        return index(ofID: UInt16(position) | Self.custom)
    }

    @inline(__always)
    private func index(ofID id: UInt16) -> Int? {
        let (members, count) = (members, header.pointee.count)
        for index in 0..<count where members[index].id == id { return index }
        return nil
    }

    /// Compares lists whose members stand in the same order and are all known; nil where they do not.
    func isEqual(inOrder other: MemberList) -> Bool? {
        withExtendedLifetime((buffer, other.buffer)) {
            guard header.pointee.names.isEmpty, count == other.count else { return nil }
            for index in 0..<count where members[index].id != other.members[index].id { return nil }
            for index in 0..<count where members[index].value != other.members[index].value { return false }
            return true
        }
    }

    func has(_ key: FieldKey) -> Bool { withExtendedLifetime(buffer) { index(of: key) != nil } }

    /// The member's text, without a copy of its value.
    func text(_ key: FieldKey) -> String? {
        withExtendedLifetime(buffer) {
            guard let index = index(of: key), case .string(let text) = members[index].value else { return nil }
            return text
        }
    }

    /// Calls `body` with each member: its key's number and a name for what has none.
    @inline(__always)
    func forEach(_ body: (_ number: UInt16, _ customName: String?, JSON) -> Bool) -> Bool {
        withExtendedLifetime(buffer) {
            let (members, count) = (members, header.pointee.count)
            for index in 0..<count {
                let id = members[index].id
                let name = id & Self.custom == 0 ? nil : header.pointee.names[Int(id & ~Self.custom)]
                if !body(id, name, members[index].value) { return false }
            }
            return true
        }
    }

    subscript(_ key: FieldKey) -> JSON? {
        get { withExtendedLifetime(buffer) { index(of: key).map { members[$0].value } } }
        set {
            switch (index(of: key), newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): remove(at: index)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    // MARK: changing

    /// Makes this list one that nobody else holds.
    mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&buffer) { reallocate(capacity: count + 1) }
    }

    mutating func modify<R>(_ key: FieldKey, _ body: (inout JSON?) throws -> R) rethrows -> R {
        guard let index = index(of: key) else {
            var value: JSON?
            let result = try body(&value)
            if let value { append(key, value) }
            return result
        }
        var value: JSON? = members[index].value
        // Given up here, so that `body` holds the only reference to the subtree.
        members[index].value = .null
        defer { if let value { members[index].value = value } else { remove(at: index) } }
        return try body(&value)
    }

    private mutating func append(_ key: FieldKey, _ value: JSON) {
        let id = key.number != FieldKey.unknown ? key.number : enter(key.name)
        add(Member(id: id, value: value))
    }

    private mutating func add(_ member: consuming Member) {
        let count = header.pointee.count
        if count == header.pointee.capacity { reallocate(capacity: max(4, count * 2)) }
        (members + count).initialize(to: member)
        header.pointee.count = count + 1
    }

    /// The id of a name that the next member has.
    private mutating func enter(_ name: String) -> UInt16 {
        let number = header.pointee.names.count
        precondition(number < Self.mostNames, "an object has too many members")
        header.pointee.names.append(name)
        if header.pointee.places != nil {
            header.pointee.places?[name] = header.pointee.count
        } else if number + 1 >= Self.many {
            learnPlaces(next: name)
        }
        return UInt16(number) | Self.custom
    }

    /// Part of changes only: others may be reading a list that is not changed.
    private func learnPlaces(next: String) {
        var found: [String: Int] = [:]
        found.reserveCapacity(header.pointee.names.count)
        for index in 0..<header.pointee.count where members[index].id & Self.custom != 0 { found[name(ofID: members[index].id)] = index }
        found[next] = header.pointee.count
        header.pointee.places = found
    }

    private mutating func remove(at index: Int) {
        let (members, count, header) = (members, header.pointee.count, header)
        header.pointee.places = nil
        let id = members[index].id
        (members + index).deinitialize(count: 1)
        (members + index).moveInitialize(from: members + index + 1, count: count - index - 1)
        header.pointee.count = count - 1
        guard id & Self.custom != 0 else { return }
        header.pointee.names.remove(at: Int(id & ~Self.custom))
        for other in 0..<(count - 1) where members[other].id > id { members[other].id -= 1 }
    }

    /// Moves what this list alone holds, and copies what it shares.
    private mutating func reallocate(capacity: Int) {
        let larger = Buffer.make(capacity: capacity)
        let isUnique = isKnownUniquelyReferenced(&buffer)
        larger.withUnsafeMutablePointers { newHeader, newMembers in
            newHeader.pointee.names = header.pointee.names
            newHeader.pointee.places = isUnique ? header.pointee.places : nil
            newHeader.pointee.count = header.pointee.count
            if isUnique {
                newMembers.moveInitialize(from: members, count: header.pointee.count)
                header.pointee.count = 0
            } else {
                newMembers.initialize(from: members, count: header.pointee.count)
            }
        }
        buffer = larger
    }
}
