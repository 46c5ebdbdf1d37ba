import ClawDocuments

/// Changes many members of an object that may be large: by table where looking along the members would take
/// time quadratic in a hostile document's size.
struct MemberEditor {
    private var small: JSONObject
    private var large: Table?

    private struct Table {
        var names: [String] = []
        var values: [JSON?] = []
        var positions: [String: Int] = [:]
        var count = 0

        mutating func set(_ name: String, _ value: JSON?) {
            if let position = positions[name] {
                count += (value == nil ? 0 : 1) - (values[position] == nil ? 0 : 1)
                values[position] = value
            } else if value != nil {
                positions[name] = names.count
                names.append(name)
                values.append(value)
                count += 1
            }
        }
    }

    private static let largeCount = 64

    init(_ object: JSONObject) {
        small = object
        if object.count > Self.largeCount { makeTable() }
    }

    private mutating func makeTable() {
        var table = Table()
        for (name, value) in small { table.set(name, value) }
        large = table
    }

    subscript(_ name: String) -> JSON? {
        guard let large else { return small[name] }
        return large.positions[name].flatMap { large.values[$0] }
    }

    /// nil removes. Throws 413 where the object would have too many members.
    mutating func set(_ name: String, _ value: JSON?) throws(PatchError) {
        if large == nil {
            if value != nil, small.count >= Self.largeCount, small[name] == nil {
                makeTable()
            } else {
                small[name] = value
                return
            }
        }
        large?.set(name, value)
        if large?.count ?? 0 > JSONObject.mostNames { throw .tooManyMembers }
    }

    var object: JSONObject {
        guard let large else { return small }
        return JSONObject(
            distinct: zip(large.names, large.values).lazy.compactMap { name, value in
                value.map { (name: name, value: $0) }
            })
    }
}

/// Finds members of an object that may be large.
struct MemberLookup {
    private let object: JSONObject
    private let table: [String: JSON]?

    init(_ object: JSONObject) {
        self.object = object
        table = object.count > 64 ? Dictionary(object.map { ($0.name, $0.value) }) { _, last in last } : nil
    }

    subscript(_ key: FieldKey) -> JSON? {
        guard let table else { return object[key] }
        return table[key.name]
    }
}

extension PatchError {
    static var tooManyMembers: PatchError {
        .tooLarge("an object may have at most \(JSONObject.mostNames) members")
    }
}

extension JSONObject {
    /// Sets one member. Throws 413 where the object would have too many.
    mutating func put(_ name: String, _ value: JSON) throws(PatchError) {
        if count >= Self.mostNames, self[name] == nil { throw .tooManyMembers }
        self[name] = value
    }
}
