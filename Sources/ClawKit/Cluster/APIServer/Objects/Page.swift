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
        /// Of the first page; nil to go on with what is there now.
        let revision: UInt64?

        init(last: ObjectStore.Key, revision: UInt64?) { (self.last, self.revision) = (last, revision) }

        init(_ token: String) throws {
            guard let bytes = Base64URL.decode(token) else {
                throw Self.invalid("illegal base64 data at input byte \(token.utf8.count)")
            }
            if let problem = GoJSON.problem(with: bytes) {
                throw Self.invalid(problem)
            }
            guard let position = try? JSONParser.parse(bytes), let namespace = position["ns"]?.string,
                let name = position["n"]?.string,
                let revision = position["rv"]?.integer
            else { throw Self.invalid("server does not recognize this encoded version \"\"") }
            last = ObjectStore.Key(namespace: namespace, name: name)
            guard revision != 0 else {
                throw Self.invalid("incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
            }
            self.revision = UInt64(exactly: revision)
        }

        var token: String {
            let position: JSON = [
                "ns": .string(last.namespace), "n": .string(last.name),
                "rv": .integer(revision.map { Int64(clamping: $0) } ?? -1),
            ]
            return Base64URL.encode(position.bytes())
        }

        private static func invalid(_ problem: String) -> APIStatus {
            .badRequest("invalid continue token: continue key is not valid: \(problem)")
        }
    }

    /// - Parameters:
    ///   - excerpt: the page as it is where everything matches; else everything from where the page begins.
    ///   - shown: its objects in the version that is asked for.
    ///   - limit: 0 for no limit.
    init(_ excerpt: ObjectStore.Excerpt, _ shown: [JSONObject], limit: Int, _ filter: ObjectFilter) {
        var metadata: JSONObject = ["resourceVersion": .string(String(excerpt.revision))]
        var (found, remaining) = (shown, excerpt.remaining)
        if !filter.isEverything {
            var rest = shown[...]
            found = []
            while limit == 0 || found.count < limit, let object = rest.popFirst() {
                if filter.matches(object) { found.append(object) }
            }
            remaining = rest.count
        }
        // Whether the rest matches is not looked at: a page may be followed by an empty one.
        if remaining > 0, let last = found.last {
            let position = Position(last: .init(object: last), revision: excerpt.revision)
            metadata["continue"] = .string(position.token)
            if filter.isEverything { metadata["remainingItemCount"] = .integer(Int64(remaining)) }
        }
        objects = found
        self.metadata = metadata
    }
}
