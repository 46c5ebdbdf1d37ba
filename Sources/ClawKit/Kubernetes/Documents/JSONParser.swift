/// Reads JSON text (RFC 8259) from bytes, with limits against hostile input.
///
/// Strict: UTF-8 must be valid, escapes complete, surrogates paired, nothing may follow the value.
/// A name that stands twice in an object keeps its last value, as in Kubernetes.
///
/// The members of the outermost object, and the elements of its arrays, become documents of their own, so that one
/// item of a list or the object of a watch event does not keep the rest in memory. Items of a typed list
/// (`PodList`) get the version and kind that servers leave out of them.
public enum JSONParser {
    public struct Limits: Sendable {
        /// How deep arrays and objects may nest.
        public var depth: Int
        /// How many bytes the text may have.
        public var bytes: Int
        public init(depth: Int = 128, bytes: Int = 64 << 20) { (self.depth, self.bytes) = (depth, bytes) }
    }

    /// What becomes of `metadata.managedFields`, which make up a third of an object and are rarely read.
    public enum ManagedFields: Sendable {
        /// Checked, and parsed when somebody asks.
        case lazy
        /// Checked, and forgotten: for caches.
        case dropped
        /// Parsed like everything else.
        case parsed
    }

    /// - Throws: ``JSONError`` with the offset of what is wrong.
    public static func parse(
        _ bytes: [UInt8], limits: Limits = Limits(), managedFields: ManagedFields = .lazy
    ) throws(JSONError) -> JSON {
        try parse(bytes.span, limits: limits, managedFields: managedFields)
    }

    public static func parse(
        _ bytes: Span<UInt8>, limits: Limits = Limits(), managedFields: ManagedFields = .lazy
    ) throws(JSONError) -> JSON {
        try read(bytes, limits, managedFields).value
    }

    /// The value, and whether a name stood twice in one of its objects; what is left unparsed is not looked at.
    package static func parseNotingRepetitions(
        _ bytes: [UInt8], limits: Limits = Limits()
    ) throws(JSONError) -> (value: JSON, repeatsNames: Bool) {
        try read(bytes.span, limits, .lazy)
    }

    private static func read(
        _ bytes: Span<UInt8>, _ limits: Limits, _ managedFields: ManagedFields
    ) throws(JSONError) -> (value: JSON, repeatsNames: Bool) {
        guard bytes.count <= limits.bytes else {
            throw JSONError("the text has \(bytes.count) bytes, the limit is \(limits.bytes)", at: 0)
        }
        return try bytes.withUnsafeBufferPointer { text throws(JSONError) in
            var packer = JSONPacker(text, managedFields)
            packer.skipBlanks()
            guard packer.peek() == UInt8(ascii: "{") else {
                let value = try packer.document(depth: limits.depth)
                try packer.expectEnd()
                return (value, packer.repeatsNames)
            }
            var reader = OutermostReader(depth: limits.depth)
            try reader.readToEnd(&packer)
            return (reader.value, packer.repeatsNames)
        }
    }
}

/// Why a text is not JSON, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    public let message: String
    /// The byte offset.
    public let offset: Int

    init(_ message: String, at offset: Int) { (self.message, self.offset) = (message, offset) }

    public var description: String { "not JSON at byte \(offset): \(message)" }
}
