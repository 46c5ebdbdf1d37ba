/// What a list says of its items' version and kind, as packed members.
///
/// Servers leave both out of a list's items, but not out of a watch's events: with them filled in, an object is the
/// same wherever it was read.
struct ItemKind {
    static let key = FieldKey("kind").number
    private static let versionKey = FieldKey("apiVersion").number

    let members: [UInt8]

    /// nil where the list's kind says nothing of its items: `List`, or not a list.
    init?(listKind: String?, apiVersion: String?) {
        guard let listKind, let apiVersion, listKind.hasSuffix("List"), listKind != "List",
            listKind.utf8.count < 256, apiVersion.utf8.count < 256, Self.key != FieldKey.unknown,
            Self.versionKey != FieldKey.unknown
        else { return nil }
        var members: [UInt8] = []
        for (key, text) in [(Self.versionKey, apiVersion[...]), (Self.key, listKind.dropLast(4))] {
            members += [UInt8(key & 0xFF), UInt8(key >> 8), PackedTag.string8, UInt8(text.utf8.count)]
            members += text.utf8
        }
        self.members = members
    }
}
