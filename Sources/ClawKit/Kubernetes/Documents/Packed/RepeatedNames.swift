/// Finds the names that stand twice in one object: the last one counts, as in Kubernetes.
///
/// A name repeats rarely, so a small filter says "not yet seen" for almost all; only then the members before are
/// looked at. Large objects keep a set instead.
struct RepeatedNames {
    private var count = 0
    private var filter: (UInt64, UInt64) = (0, 0)
    private var seen: Set<String>?
    private static let manyNames = 64

    /// Notes the member at `member` of the object that begins at `header`; true where its name may stand before.
    @inline(__always)
    mutating func mayRepeat(_ key: UInt16, _ member: Int, from header: Int, _ out: UnsafeMutableRawPointer) -> Bool {
        count += 1
        if count > Self.manyNames { return repeatsAmongMany(member, from: header, out) }
        let bit = key == FieldKey.unknown ? Self.hash(member, out) : Int(key & 127)
        let mask = UInt64(1) << UInt64(bit & 63)
        if bit < 64 {
            defer { filter.0 |= mask }
            return filter.0 & mask != 0
        }
        defer { filter.1 |= mask }
        return filter.1 & mask != 0
    }

    /// FNV-1a of a custom name, folded to seven bits.
    private static func hash(_ member: Int, _ out: UnsafeMutableRawPointer) -> Int {
        var hash: UInt32 = 0x811C_9DC5
        for byte in name(at: member, out) { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        return Int((hash ^ (hash >> 16)) & 127)
    }

    @inline(never)
    private mutating func repeatsAmongMany(_ member: Int, from header: Int, _ out: UnsafeMutableRawPointer) -> Bool {
        var names = seen ?? []
        if seen == nil {
            Self.members(from: header, to: member, out) { earlier, _ in
                names.insert(Self.text(earlier, out))
                return true
            }
        }
        // Given up meanwhile, so that the set is changed in place.
        seen = nil
        let isNew = names.insert(Self.text(member, out)).inserted
        seen = names
        return !isNew
    }

    /// Removes the earlier member of the same name, if there is one; returns by how many bytes everything moved.
    @inline(never)
    static func removeEarlier(_ member: Int, from header: Int, to used: Int, _ out: UnsafeMutableRawPointer) -> Int {
        let key = PackedReader.uint16(out + member)
        let wanted = name(at: member, out)
        var found: Range<Int>?
        members(from: header, to: member, out) { earlier, end in
            guard PackedReader.uint16(out + earlier) == key, name(at: earlier, out).elementsEqual(wanted) else { return true }
            found = earlier..<end
            return false
        }
        guard let found else { return 0 }
        (out + found.lowerBound).copyMemory(from: out + found.upperBound, byteCount: used - found.upperBound)
        return found.count
    }

    private static func members(
        from header: Int, to end: Int, _ out: UnsafeMutableRawPointer, _ body: (Int, Int) -> Bool
    ) {
        var next = header + PackedTag.objectHeader
        while next < end {
            let value = out + next + 2 + name(at: next, out).count
            let after = UnsafeRawPointer(out).distance(to: PackedReader.skip(UnsafeRawPointer(value)))
            guard body(next, after) else { return }
            next = after
        }
    }

    /// A custom name's bytes; empty for a known one.
    private static func name(at member: Int, _ out: UnsafeMutableRawPointer) -> UnsafeRawBufferPointer {
        let key = PackedReader.uint16(out + member)
        let count = key & PackedTag.customName == 0 ? 0 : Int(key & ~PackedTag.customName)
        return UnsafeRawBufferPointer(start: out + member + 2, count: count)
    }

    private static func text(_ member: Int, _ out: UnsafeMutableRawPointer) -> String {
        PackedReader.name(PackedReader.uint16(out + member), out + member + 2)
    }
}
