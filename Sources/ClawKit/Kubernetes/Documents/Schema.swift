/// The field table of one object type: what every schema-driven part reads (decoding checks, strategic merge,
/// server-side apply, defaulting, pruning, validation, explain).
public struct Schema: Sendable {
    public struct Field: Sendable {
        public var name: String
        public var type: FieldType
        public var isRequired: Bool
        /// For lists: how the elements merge.
        public var list: ListMerge
        /// Strategic merge's key (`patchMergeKey`), where the list merges by it.
        public var patchMergeKey: String?
        /// Strategic merge keeps only the given members (`patchStrategy: retainKeys`).
        public var retainsKeys: Bool
    }

    public indirect enum FieldType: Sendable {
        case string, integer, number, bool
        /// Anything at all.
        case any
        case quantity, intOrString, time, microTime
        /// Base64 text.
        case bytes
        /// An object type of this table.
        case object(String)
        case list(FieldType)
        case map(FieldType)
    }

    /// `x-kubernetes-list-type`: <https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy>
    public enum ListMerge: Sendable, Hashable {
        case atomic
        case set
        case map(keys: [String])
    }

    public let name: String
    public let fields: [Field]
    private let positions: [String: Int]

    public init(name: String, fields: [Field]) {
        self.name = name
        self.fields = fields
        positions = Dictionary(fields.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    public subscript(_ name: String) -> Field? { positions[name].map { fields[$0] } }
}
