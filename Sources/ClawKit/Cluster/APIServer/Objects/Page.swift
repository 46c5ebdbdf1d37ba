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
            guard let bytes = Base64URL.decode(token) else {
                throw Self.invalid("illegal base64 data at input byte \(token.utf8.count)")
            }
            if let problem = GoJSON.problem(with: bytes) {
                throw Self.invalid(problem)
            }
            guard let position = try? JSONParser.parse(bytes), let namespace = position["ns"]?.string,
                let name = position["n"]?.string,
                let revision = position["rv"]?.integer.flatMap(UInt64.init(exactly:))
            else { throw Self.invalid("server does not recognize this encoded version \"\"") }
            last = ObjectStore.Key(namespace: namespace, name: name)
            self.revision = revision
        }

        private static func invalid(_ problem: String) -> APIStatus {
            .badRequest("invalid continue token: continue key is not valid: \(problem)")
        }
    }

    /// - Parameters:
    ///   - all: the whole state, in the order of its keys.
    ///   - limit: 0 for no limit.
    init(_ all: [JSONObject], after last: ObjectStore.Key?, limit: Int, revision: UInt64, _ filter: ObjectFilter) {
        var metadata: JSONObject = ["resourceVersion": .string(String(revision))]
        var rest = all[...]
        if let last { rest = rest.drop { ObjectStore.Key(object: $0) <= last } }
        var found: [JSONObject] = []
        while limit == 0 || found.count < limit, let object = rest.popFirst() {
            if filter.matches(object) { found.append(object) }
        }
        // Whether the rest matches is not looked at: a page may be followed by an empty one.
        if !rest.isEmpty, let last = found.last {
            let token: JSON = [
                "ns": .string(last.objectNamespace), "n": .string(last.objectName), "rv": .integer(Int64(clamping: revision)),
            ]
            metadata["continue"] = .string(Base64URL.encode(token.bytes()))
            if filter.isEverything { metadata["remainingItemCount"] = .integer(Int64(rest.count)) }
        }
        objects = found
        self.metadata = metadata
    }
}
