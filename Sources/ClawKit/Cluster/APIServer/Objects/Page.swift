import ClawBase
import ClawDocuments

/// One page of a list. The continue token names the last key given and the revision of the first page, so a page
/// costs no memory on the server and all pages show one state.
struct Page {
    let objects: [JSONObject]
    let metadata: JSONObject

    /// Where a page ended.
    struct Position {
        let last: ObjectStore.Key
        let revision: UInt64

        init(_ token: String) throws {
            guard let bytes = Base64URL.decode(token), let position = try? JSONParser.parse(bytes),
                let namespace = position["ns"]?.string, let name = position["n"]?.string,
                let revision = position["rv"]?.integer.flatMap(UInt64.init(exactly:))
            else { throw APIStatus.badRequest("invalid continue token: continue key is not valid") }
            last = ObjectStore.Key(namespace: namespace, name: name)
            self.revision = revision
        }
    }

    /// - Parameters:
    ///   - limit: 0 for no limit.
    ///   - isCounted: whether the page tells how many are left; a selector makes that unknown.
    init(_ all: [JSONObject], after last: ObjectStore.Key?, limit: Int, revision: UInt64, isCounted: Bool) {
        var metadata: JSONObject = ["resourceVersion": .string(String(revision))]
        var rest = all[...]
        if let last { rest = rest.drop { ObjectStore.Key(object: $0) <= last } }
        if limit > 0, rest.count > limit {
            let left = rest.count - limit
            rest = rest.prefix(limit)
            if let last = rest.last {
                let token: JSON = [
                    "ns": .string(last.objectNamespace), "n": .string(last.objectName),
                    "rv": .integer(Int64(clamping: revision)),
                ]
                metadata["continue"] = .string(Base64URL.encode(token.bytes()))
                if isCounted { metadata["remainingItemCount"] = .integer(Int64(left)) }
            }
        }
        objects = Array(rest)
        self.metadata = metadata
    }
}
