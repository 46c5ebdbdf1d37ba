/// Reads the outermost object, whose members and arrays' elements become documents of their own.
///
/// Can pause: before the first of a list's items, and before an item at a given place, so that another reader may have
/// read from there on already.
struct OutermostReader {
    private let depth: Int
    /// Whether to pause before the first element of `items`; only once, however often that name comes.
    private var pausesAtItems: Bool
    private var list = MemberList(capacity: 8)
    /// The array that is being read: its name, its elements so far, and what they are.
    private var name = FieldKey("items")
    private var elements: [JSON] = []
    private(set) var itemKind: ItemKind?

    init(depth: Int, pausesAtItems: Bool = false) { (self.depth, self.pausesAtItems) = (depth, pausesAtItems) }

    var value: JSON { .object(JSONObject(list)) }

    /// How deep an element of an array may nest.
    var elementDepth: Int { depth - 2 }

    mutating func readToEnd(_ packer: inout JSONPacker) throws(JSONError) {
        if try !read(&packer) { _ = try readItems(&packer) }
    }

    /// - Returns: whether the whole text has been read; if not, the cursor is before the first of the items.
    mutating func read(_ packer: inout JSONPacker) throws(JSONError) -> Bool {
        guard packer.skip(UInt8(ascii: "{")) else { throw packer.error("expected '{', found \(packer.found())") }
        guard depth > 0 else { throw packer.error("arrays and objects nest too deep") }
        packer.skipBlanks()
        if packer.skip(UInt8(ascii: "}")) {
            try packer.expectEnd()
            return true
        }
        return try readMembers(&packer)
    }

    private mutating func readMembers(_ packer: inout JSONPacker) throws(JSONError) -> Bool {
        repeat {
            packer.skipBlanks()
            let key = FieldKey(try packer.name())
            packer.skipBlanks()
            guard packer.skip(UInt8(ascii: ":")) else { throw packer.error("expected ':', found \(packer.found())") }
            packer.skipBlanks()
            guard list.count < MemberList.mostNames else { throw packer.error("an object has too many members") }
            if packer.skip(UInt8(ascii: "[")) {
                if try startArray(&packer, key) { return false }
            } else {
                set(key, try packer.document(depth: depth - 1, parent: key.number), &packer)
            }
            packer.skipBlanks()
        } while packer.skip(UInt8(ascii: ","))
        return try endObject(&packer)
    }

    private func endObject(_ packer: inout JSONPacker) throws(JSONError) -> Bool {
        guard packer.skip(UInt8(ascii: "}")) else { throw packer.error("expected ',' or '}', found \(packer.found())") }
        try packer.expectEnd()
        return true
    }

    /// - Returns: whether to pause.
    private mutating func startArray(_ packer: inout JSONPacker, _ key: FieldKey) throws(JSONError) -> Bool {
        guard elementDepth >= 0 else { throw packer.error("arrays and objects nest too deep") }
        name = key
        elements = []
        let isItems = key == "items"
        itemKind = isItems ? ItemKind(listKind: list["kind"]?.string, apiVersion: list["apiVersion"]?.string) : nil
        packer.skipBlanks()
        if packer.skip(UInt8(ascii: "]")) {
            set(key, .array([]), &packer)
            return false
        }
        if isItems, pausesAtItems {
            pausesAtItems = false
            return true
        }
        _ = try Self.readElements(&packer, depth: elementDepth, kind: itemKind, until: nil, into: &elements)
        endArray(&packer)
        return false
    }

    /// Goes on after a pause, up to an item at `place`, or to the end of the text.
    /// - Returns: whether the whole text has been read; if not, the cursor is at `place`.
    mutating func readItems(_ packer: inout JSONPacker, until place: Int? = nil) throws(JSONError) -> Bool {
        guard try Self.readElements(&packer, depth: elementDepth, kind: itemKind, until: place, into: &elements) else {
            return false
        }
        return try endItems(&packer)
    }

    /// Goes on after a pause with the items that another reader has read from there on, the cursor behind their
    /// bracket.
    mutating func takeItems(_ items: [JSON], _ packer: inout JSONPacker) throws(JSONError) {
        elements += items
        _ = try endItems(&packer)
    }

    private mutating func endItems(_ packer: inout JSONPacker) throws(JSONError) -> Bool {
        endArray(&packer)
        packer.skipBlanks()
        return packer.skip(UInt8(ascii: ",")) ? try readMembers(&packer) : try endObject(&packer)
    }

    /// Reads an array's elements and its closing bracket.
    /// - Returns: false where it stopped before an element at `place`.
    static func readElements(
        _ packer: inout JSONPacker, depth: Int, kind: ItemKind?, until place: Int?, into elements: inout [JSON]
    ) throws(JSONError) -> Bool {
        repeat {
            packer.skipBlanks()
            if packer.offset == place { return false }
            elements.append(try packer.document(depth: depth, adding: kind))
            packer.skipBlanks()
        } while packer.skip(UInt8(ascii: ","))
        guard packer.skip(UInt8(ascii: "]")) else { throw packer.error("expected ',' or ']', found \(packer.found())") }
        return true
    }

    private mutating func endArray(_ packer: inout JSONPacker) {
        set(name, .array(elements), &packer)
        elements = []
    }

    private mutating func set(_ key: FieldKey, _ value: JSON, _ packer: inout JSONPacker) {
        let count = list.count
        list[key] = value
        if list.count == count { packer.repeatsNames = true }
    }
}
