/// ``SchemaCheck`` on packed bytes: looks at tags, decodes nothing, and answers only yes or no.
///
/// One pass over the document: a value that fits is stepped over by the same move.
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

    /// Where a type's fields stand among the slots: open addressing by the keys' numbers, at most half full.
    private struct Fields: Sendable {
        var start: Int32
        var mask: Int32
    }

    private struct Slot: Sendable {
        var key: UInt16
        var test: Int32
    }

    private var types: [Fields] = []
    private var slots: [Slot] = []
    private var tests: [Test] = []

    /// - Returns: the test's number.
    mutating func add(_ test: Test) -> Int32 {
        tests.append(test)
        return Int32(tests.count - 1)
    }

    /// Adds the next type, in the order of their numbers.
    mutating func addType(_ fields: [(key: UInt16, test: Int32)]) {
        var capacity = 2
        while capacity < fields.count * 2 { capacity *= 2 }
        let start = slots.count
        slots += Array(repeating: Slot(key: FieldKey.unknown, test: 0), count: capacity)
        for (key, test) in fields {
            var slot = Int(key) & (capacity - 1)
            while slots[start + slot].key != FieldKey.unknown { slot = (slot + 1) & (capacity - 1) }
            slots[start + slot] = Slot(key: key, test: test)
        }
        types.append(Fields(start: Int32(start), mask: Int32(capacity - 1)))
    }

    /// Whether the object at that position fits the type.
    func fits(_ object: UnsafeRawPointer, type: Int) -> Bool {
        guard object.load(as: UInt8.self) == PackedTag.object else { return true }
        return types.withUnsafeBufferPointer { types in
            slots.withUnsafeBufferPointer { slots in
                tests.withUnsafeBufferPointer { tests in
                    guard let types = types.baseAddress, let slots = slots.baseAddress, let tests = tests.baseAddress
                    else { return true }
                    return Walk(types: types, slots: slots, tests: tests).object(object, Int32(type)) != nil
                }
            }
        }
    }

    /// The tables without their arrays' bounds checks and reference counts; all indices come from `add…`.
    private struct Walk {
        let types: UnsafePointer<Fields>
        let slots: UnsafePointer<Slot>
        let tests: UnsafePointer<Test>

        /// The position behind the object; nil where a member does not fit.
        func object(_ object: UnsafeRawPointer, _ type: Int32) -> UnsafeRawPointer? {
            let fields = types[Int(type)]
            let end = object + PackedTag.objectHeader + PackedReader.uint32(object + 1)
            var next = object + PackedTag.objectHeader
            while next < end {
                let key = PackedReader.uint16(next)
                next += 2
                // Custom names are no type's fields.
                guard key & PackedTag.customName == 0 else {
                    next = PackedReader.skip(next + Int(key & ~PackedTag.customName))
                    continue
                }
                guard let after = member(next, key, fields) else { return nil }
                next = after
            }
            return next
        }

        @inline(__always)
        private func member(_ member: UnsafeRawPointer, _ key: UInt16, _ fields: Fields) -> UnsafeRawPointer? {
            var slot = Int32(key) & fields.mask
            while true {
                let found = slots[Int(fields.start + slot)]
                if found.key == key { return value(member, found.test) }
                if found.key == FieldKey.unknown { return PackedReader.skip(member) }
                slot = (slot + 1) & fields.mask
            }
        }

        /// The position behind the value; nil where it does not pass the test.
        private func value(_ value: UnsafeRawPointer, _ number: Int32) -> UnsafeRawPointer? {
            let tag = value.load(as: UInt8.self)
            let test = tests[Int(number)]
            switch (test.kind, tag) {
            case (.object, PackedTag.object): return object(value, test.child)
            case (.list, PackedTag.array):
                if tests[Int(test.child)].kind == .any { break }
                var next = value + PackedTag.arrayHeader
                for _ in 0..<PackedReader.uint32(value + 5) {
                    guard let after = self.value(next, test.child) else { return nil }
                    next = after
                }
                return next
            case (.map, PackedTag.object):
                if tests[Int(test.child)].kind == .any { break }
                let end = value + PackedTag.objectHeader + PackedReader.uint32(value + 1)
                var next = value + PackedTag.objectHeader
                while next < end {
                    let key = PackedReader.uint16(next)
                    next += key & PackedTag.customName == 0 ? 2 : 2 + Int(key & ~PackedTag.customName)
                    guard let after = self.value(next, test.child) else { return nil }
                    next = after
                }
                return next
            default: guard fits(value, tag, test.kind) else { return nil }
            }
            return PackedReader.skip(value)
        }

        @inline(__always)
        private func fits(_ value: UnsafeRawPointer, _ tag: UInt8, _ kind: Kind) -> Bool {
            let isString = tag == PackedTag.string8 || tag == PackedTag.string32 || tag == PackedTag.knownString
            let isInteger = tag >= PackedTag.int8 && tag <= PackedTag.int64
            let fits =
                switch kind {
                case .any: true
                case .string: isString
                case .bool: tag == PackedTag.true || tag == PackedTag.false
                case .integer: isInteger || tag == PackedTag.double && isWhole(value)
                case .number: isInteger || tag == PackedTag.double
                case .quantity: isString || isInteger || tag == PackedTag.double
                case .intOrString: isString || isInteger
                case .object, .map: tag == PackedTag.emptyObject
                case .list: tag == PackedTag.emptyArray
                }
            // What was left unparsed is the parser's to answer for.
            return fits || tag == PackedTag.null || tag == PackedTag.raw
        }

        private func isWhole(_ value: UnsafeRawPointer) -> Bool {
            JSON.double(Double(bitPattern: (value + 1).loadUnaligned(as: UInt64.self))).integer != nil
        }
    }
}
