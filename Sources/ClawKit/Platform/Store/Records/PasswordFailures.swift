import ClawBase
import ClawDocuments
import Crypto

/// How often a user's password was guessed wrong of late, for all control planes over a store.
///
/// The key is a digest: names that nobody has are counted too, or the refusals would tell which there are, and what is
/// typed as a name may be something else.
struct PasswordFailures: StoredRecord {
    /// Where there are very many the oldest go.
    static let kind = RecordKind("password-failures", retaining: 50_000)

    let key: String
    var count: Int
    var last: Timestamp
    var isRetirable: Bool { true }

    init(key: String, count: Int, last: Timestamp) { (self.key, self.count, self.last) = (key, count, last) }

    static func key(of user: String) -> String {
        Hex.encode(SHA256.hash(data: Array("password-failures:\(user)".utf8)))
    }

    var json: JSON {
        var object = JSONObject()
        object.set("key", key)
        object["count"] = .integer(Int64(count))
        object.set("last", last)
        return .object(object)
    }

    init(json: JSON) throws(Finding) {
        let document = StoredDocument(json, of: Self.kind)
        self.init(
            key: try document.string("key"), count: try document.integer("count"), last: try document.time("last"))
    }
}
