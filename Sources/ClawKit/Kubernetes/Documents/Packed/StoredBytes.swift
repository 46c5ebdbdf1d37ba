/// Documents kept as bytes, elsewhere than in memory, by the process that made them.
extension JSONObject {
    /// About how many bytes of memory the object takes; what is packed is not looked into.
    package var byteCount: Int {
        if let packed = withPacked({ PackedReader.skip($0) - $0 }) { return packed }
        var count = 32
        forEachMember { _, value in count += 24 + value.byteCount }
        return count
    }

    /// The object in its smallest form, as it may be kept in a file of this process; nil where it has none.
    package func withStoredBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R? {
        guard let bytes = TreePacker.pack(self) else { return nil }
        return try withExtendedLifetime(bytes) {
            try body(UnsafeRawBufferPointer(start: bytes.start, count: PackedReader.skip(bytes.start) - bytes.start))
        }
    }

    /// - Parameter bytes: those of ``withStoredBytes(_:)``, in the same process: known texts are numbers there.
    package init(storedBytes bytes: [UInt8]) {
        let packed = bytes.withUnsafeBytes { PackedBytes(copying: $0) }
        self.init(packed, at: packed.start)
    }
}

extension JSON {
    fileprivate var byteCount: Int {
        switch self {
        case .object(let object): object.byteCount
        case .array(let items): items.reduce(16) { $0 + 24 + $1.byteCount }
        case .string(let text): text.utf8.count > 15 ? 32 + text.utf8.count : 0
        case .null, .bool, .integer, .double: 0
        }
    }
}
