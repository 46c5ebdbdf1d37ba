/// # How a parsed value is kept
///
/// A parsed document is one run of bytes, written in a single pass and never changed: a tag, then what the tag asks
/// for. Field names and values that are known beforehand take two bytes; containers carry their length, so that a reader steps over
/// what it does not want. Numbers are little-endian and unaligned.
///
///     null false true        tag
///     emptyArray emptyObject tag
///     int8 int32 int64       tag, number
///     double                 tag, bits
///     string8 string32       tag, length (1 or 4 bytes), UTF-8
///     array                  tag, length of what follows (4), count (4), values
///     object                 tag, length of what follows (4), count (2), members
///     knownString            tag, number in the list of known texts (2)
///     raw                    tag, length (4), JSON text not parsed yet
///
///     member                 key (2), value            key < 0x8000: number in the list of known texts
///                            key (2), name, value      key ≥ 0x8000: length of the name in the low 15 bits
enum PackedTag {
    static let null: UInt8 = 0
    static let `false`: UInt8 = 1
    static let `true`: UInt8 = 2
    static let emptyArray: UInt8 = 3
    static let emptyObject: UInt8 = 4
    static let int8: UInt8 = 5
    static let int32: UInt8 = 6
    static let int64: UInt8 = 7
    static let double: UInt8 = 8
    static let string8: UInt8 = 9
    static let string32: UInt8 = 10
    static let array: UInt8 = 11
    static let object: UInt8 = 12
    static let raw: UInt8 = 13
    static let knownString: UInt8 = 14

    /// The bytes before a container's first element: tag, length, count.
    static let arrayHeader = 9
    static let objectHeader = 7

    static let customName: UInt16 = 0x8000
    /// The longest name of a member, in bytes.
    static let longestName = 0x7FFF
}
