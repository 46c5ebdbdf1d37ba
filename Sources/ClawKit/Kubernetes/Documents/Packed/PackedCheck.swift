/// ``SchemaCheck`` on packed bytes: looks at tags, decodes nothing, and answers only yes or no.
struct PackedCheck: Sendable {
    enum Kind: UInt8, Sendable {
        case any, string, integer, number, bool, quantity, intOrString
        case object, list, map
    }

    /// A test of one value; `child` is the type of an object, or the test of a list's or map's elements.
    struct Test: Sendable {
        var kind: Kind
        var child: Int32
    }

    /// The tests of a type's fields by their keys' numbers: open addressing, at most half full.
    struct Fields: Sendable {
        private var keys: [UInt16]
        private var tests: [Int32]
        private let mask: Int

        init(_ fields: [(key: UInt16, test: Int32)]) {
            var capacity = 2
            while capacity < fields.count * 2 { capacity *= 2 }
            mask = capacity - 1
            keys = Array(repeating: FieldKey.unknown, count: capacity)
            tests = Array(repeating: 0, count: capacity)
            for (key, test) in fields {
                var slot = Int(key) & mask
                while keys[slot] != FieldKey.unknown { slot = (slot + 1) & mask }
                (keys[slot], tests[slot]) = (key, test)
            }
        }

        /// nil for a key that the type does not have.
        @inline(__always)
        func test(of key: UInt16) -> Int32? {
            var slot = Int(key) & mask
            while true {
                let found = keys[slot]
                if found == key { return tests[slot] }
                if found == FieldKey.unknown { return nil }
                slot = (slot + 1) & mask
            }
        }
    }

    var types: [Fields] = []
    var tests: [Test] = []

    /// Whether the object at that position fits the type.
    func fits(_ object: UnsafeRawPointer, type: Int) -> Bool {
        guard object.load(as: UInt8.self) == PackedTag.object else { return true }
        let fields = types[type]
        var fits = true
        PackedReader.members(of: object) { key, _, value in
            // Custom names are of no type's fields; their high bit keeps them out of the table.
            if let test = fields.test(of: key) { fits = self.fits(value, test: test) }
            return fits
        }
        return fits
    }

    /// Whether the value at that position passes a test.
    func fits(_ value: UnsafeRawPointer, test: Int32) -> Bool {
        let tag = value.load(as: UInt8.self)
        // What was left unparsed is the parser's to answer for.
        if tag == PackedTag.null || tag == PackedTag.raw { return true }
        let test = tests[Int(test)]
        let isString = tag == PackedTag.string8 || tag == PackedTag.string32
        let isInteger = tag >= PackedTag.int8 && tag <= PackedTag.int64
        switch test.kind {
        case .any: return true
        case .string: return isString
        case .bool: return tag == PackedTag.true || tag == PackedTag.false
        case .integer: return isInteger || tag == PackedTag.double && Self.isWhole(value)
        case .number: return isInteger || tag == PackedTag.double
        case .quantity: return isString || isInteger || tag == PackedTag.double
        case .intOrString: return isString || isInteger
        case .object:
            return tag == PackedTag.emptyObject || tag == PackedTag.object && fits(value, type: Int(test.child))
        case .list:
            guard tag == PackedTag.array else { return tag == PackedTag.emptyArray }
            if tests[Int(test.child)].kind == .any { return true }
            var next = value + PackedTag.arrayHeader
            for _ in 0..<PackedReader.uint32(value + 5) {
                guard fits(next, test: test.child) else { return false }
                next = PackedReader.skip(next)
            }
            return true
        case .map:
            guard tag == PackedTag.object else { return tag == PackedTag.emptyObject }
            if tests[Int(test.child)].kind == .any { return true }
            var fits = true
            PackedReader.members(of: value) { _, _, member in
                fits = self.fits(member, test: test.child)
                return fits
            }
            return fits
        }
    }

    private static func isWhole(_ value: UnsafeRawPointer) -> Bool {
        JSON.double(Double(bitPattern: (value + 1).loadUnaligned(as: UInt64.self))).integer != nil
    }
}
