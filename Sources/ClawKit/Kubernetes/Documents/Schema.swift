/// The field table of one object type: what every schema-driven part reads (decoding checks, strategic merge,
/// server-side apply, defaulting, pruning, validation, explain).
///
/// A reference, as its fields are: walks over documents pass them along at every member.
public final class Schema: Sendable {
    public final class Field: Sendable {
        public let name: String
        public let type: FieldType
        public let isRequired: Bool
        /// For lists: how the elements merge.
        public let list: ListMerge
        /// Strategic merge's key (`patchMergeKey`), where the list merges by it.
        public let patchMergeKey: String?
        /// Strategic merge keeps only the given members (`patchStrategy: retainKeys`).
        public let retainsKeys: Bool
        /// Strategic merge merges the list (`patchStrategy: merge`): by ``patchMergeKey``, or as a set of scalars.
        public let mergesOnPatch: Bool
        /// Strategic merge replaces the map as a whole (`patchStrategy: replace`).
        public let replacesOnPatch: Bool
        /// For objects and maps: whether one manager owns the whole; nil where the type itself says.
        public let isAtomic: Bool?
        /// The value that a missing field stands for: the published defaults only, which list keys rely on.
        public let keyDefault: JSON?
        /// Whether Kubernetes' own documents never lack the field: unset it is empty, zero or null.
        public let isAlwaysPresent: Bool
        /// For scalars: whether an explicit zero (0, false, an empty text) is the same as none.
        public let omitsZero: Bool
        /// The texts that the field may hold; empty where any will do.
        public let enumeration: [String]
        /// For integers: whether they must fit 32 bits.
        public let isInt32: Bool

        public init(
            name: String, type: FieldType, isRequired: Bool = false, list: ListMerge = .atomic,
            patchMergeKey: String? = nil, retainsKeys: Bool = false, mergesOnPatch: Bool = false,
            replacesOnPatch: Bool = false, isAtomic: Bool? = nil, keyDefault: JSON? = nil,
            isAlwaysPresent: Bool = false, omitsZero: Bool = false, enumeration: [String] = [], isInt32: Bool = false
        ) {
            (self.name, self.type, self.isRequired, self.list) = (name, type, isRequired, list)
            (self.patchMergeKey, self.retainsKeys) = (patchMergeKey, retainsKeys)
            (self.mergesOnPatch, self.replacesOnPatch) = (mergesOnPatch, replacesOnPatch)
            (self.isAtomic, self.keyDefault) = (isAtomic, keyDefault)
            (self.isAlwaysPresent, self.omitsZero) = (isAlwaysPresent, omitsZero)
            (self.enumeration, self.isInt32) = (enumeration, isInt32)
        }
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

    /// Fields of which at most one may be set (`x-kubernetes-unions`).
    public struct Union: Sendable, Hashable {
        /// The field that names the member in use; nil where none does.
        public var discriminator: String?
        /// Each member with the discriminator's value for it.
        public var members: [String: String]

        public init(discriminator: String?, members: [String: String]) {
            (self.discriminator, self.members) = (discriminator, members)
        }
    }

    public let name: String
    public let fields: [Field]
    /// Server-side apply treats a value as one (`x-kubernetes-map-type: atomic`).
    public let isAtomic: Bool
    public let unions: [Union]
    /// Objects may hold fields beyond these (`x-kubernetes-preserve-unknown-fields`).
    public let isOpen: Bool
    /// The fields that Kubernetes' own documents never lack.
    package let alwaysPresent: [(key: FieldKey, field: Field)]
    /// The fields by name, and, quicker, by their names' numbers in the list of known names.
    private let positions: [String: Int]
    private let numbers: [UInt16]

    public init(name: String, fields: [Field], isAtomic: Bool = false, unions: [Union] = [], isOpen: Bool = false) {
        self.name = name
        self.fields = fields
        self.isAtomic = isAtomic
        self.unions = unions
        self.isOpen = isOpen
        alwaysPresent = fields.filter(\.isAlwaysPresent).map { (FieldKey($0.name), $0) }
        positions = Dictionary(fields.enumerated().map { ($1.name, $0) }) { first, _ in first }
        numbers = fields.map { FieldKey($0.name).number }
    }

    public subscript(_ name: String) -> Field? { positions[name].map { fields[$0] } }

    public subscript(_ key: FieldKey) -> Field? {
        if key.number == FieldKey.unknown { return self[key.name] }
        return numbers.firstIndex(of: key.number).map { fields[$0] }
    }
}
