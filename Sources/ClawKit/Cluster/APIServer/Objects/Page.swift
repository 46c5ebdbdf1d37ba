import ClawBase
import ClawDocuments

/// One page of a list. The continue token names the last key given, so a page costs no memory on the server.
struct Page {
    let objects: [JSONObject]
    let metadata: JSONObject

    init(_ call: ResourceCall, _ all: [JSONObject], revision: UInt64) throws {
        var metadata: JSONObject = ["resourceVersion": .string(String(revision))]
        var rest = all[...]
        if let token = call.query["continue"], !token.isEmpty {
            guard let bytes = Base64URL.decode(token), let position = try? JSONParser.parse(bytes),
                let namespace = position["ns"]?.string, let name = position["n"]?.string
            else { throw APIStatus.badRequest("continue key is not valid: illegal base64 data") }
            let last = ObjectStore.Key(namespace: namespace, name: name)
            rest = rest.drop { ObjectStore.Key(object: $0) <= last }
        }
        if let limit = call.query["limit"].flatMap(Int.init), limit > 0, rest.count > limit {
            let left = rest.count - limit
            rest = rest.prefix(limit)
            if let last = rest.last {
                let token: JSON = ["ns": .string(last.objectNamespace), "n": .string(last.objectName)]
                metadata["continue"] = .string(Base64URL.encode(token.bytes()))
                metadata["remainingItemCount"] = .integer(Int64(left))
            }
        }
        objects = Array(rest)
        self.metadata = metadata
    }
}
