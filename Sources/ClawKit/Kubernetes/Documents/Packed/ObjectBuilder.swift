/// Writes a packed object member by member: for objects with many small parts, of which none is needed by itself.
///
///     var builder = ObjectBuilder()
///     let whole = builder.begin()
///     builder.set(.manager, "kubectl")
///     builder.end(whole, count: 1)
///     let object = builder.finish()
///
/// Each object's members must have distinct names.
package struct ObjectBuilder: ~Copyable {
    private var packer = TreePacker()
    private var isWhole = true

    package init() {}

    /// Opens an object: the outermost one, or the value of the member named last. Returns what ``end(_:count:)`` asks
    /// for.
    package mutating func begin() -> Int { packer.begin() }

    /// Closes an object of so many members; without any it is written as the empty one.
    package mutating func end(_ object: Int, count: Int) {
        if count == 0 {
            packer.rewind(to: object)
            packer.emptyObject()
        } else {
            packer.end(object, count: count)
        }
    }

    package mutating func set(_ key: FieldKey, _ value: JSON) {
        isWhole = packer.put(key: key) && packer.write(value) && isWhole
    }

    /// Begins a member; its value is written next.
    package mutating func name(_ key: FieldKey) { isWhole = packer.put(key: key) && isWhole }

    package mutating func name(_ prefix: StaticString, _ rest: String) {
        isWhole = packer.put(name: prefix, rest) && isWhole
    }

    package mutating func emptyObject() { packer.emptyObject() }

    /// Where the next byte goes: what ``rewind(to:)`` takes back to.
    package var place: Int { packer.used }

    /// Forgets what was written behind a place.
    package mutating func rewind(to place: Int) { packer.rewind(to: place) }

    /// What was written; nil where a name was too long to be packed.
    package func finish() -> JSONObject? {
        guard isWhole, let bytes = packer.bytes() else { return nil }
        return JSONObject(bytes, at: bytes.start)
    }
}
