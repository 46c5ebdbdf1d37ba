import ClawBase

/// A change to an object, in one of the three forms that servers read.
/// <https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/>
public struct Patch: Sendable, Hashable {
    public let contentType: String
    public let body: JSON

    /// One operation after another, all or none (RFC 6902): `.json([.replace("/spec/replicas", 3)])`.
    public static func json(_ operations: [JSONPatchOperation]) -> Patch {
        Patch(contentType: "application/json-patch+json", body: .array(operations.map(\.json)))
    }

    /// Members replace those of the same name, null removes, lists are replaced as a whole (RFC 7386).
    public static func merge(_ members: JSON) -> Patch {
        Patch(contentType: "application/merge-patch+json", body: members)
    }

    /// As merge, but lists merge by their elements' keys (containers by name). Built-in kinds only.
    public static func strategic(_ members: JSON) -> Patch {
        Patch(contentType: "application/strategic-merge-patch+json", body: members)
    }

    /// The same change, only to that very object in that very version: otherwise the server refuses with a conflict
    /// (a JSON patch whose `test` fails: with `Invalid`).
    public func onlyIf(uid: String? = nil, resourceVersion: String? = nil) -> Patch {
        let conditions = [("uid", uid), ("resourceVersion", resourceVersion)]
        var body = body
        if case .array(let operations) = body {
            let tests = conditions.compactMap { name, value in
                value.map { JSONPatchOperation.test(["metadata", name], .string($0)).json }
            }
            body = .array(tests + operations)
        } else {
            var metadata = body["metadata"] ?? .object([:])
            for (name, value) in conditions { if let value { metadata[name] = .string(value) } }
            body["metadata"] = metadata
        }
        return Patch(contentType: contentType, body: body)
    }
}

/// One step of a JSON patch (RFC 6902).
public struct JSONPatchOperation: Sendable, Hashable {
    public let json: JSON

    private init(_ operation: JSON, _ place: PatchPath, _ more: JSONObject) {
        var object: JSONObject = ["op": operation, "path": .string(place.pointer)]
        for (name, value) in more { object[name] = value }
        json = .object(object)
    }

    /// Sets a member, or inserts an element; `-` as an index appends.
    public static func add(_ place: PatchPath, _ value: JSON) -> Self { Self("add", place, ["value": value]) }
    /// - Note: Fails where nothing is at that place.
    public static func remove(_ place: PatchPath) -> Self { Self("remove", place, [:]) }
    /// - Note: Fails where nothing is at that place.
    public static func replace(_ place: PatchPath, _ value: JSON) -> Self { Self("replace", place, ["value": value]) }
    public static func move(_ from: PatchPath, to place: PatchPath) -> Self {
        Self("move", place, ["from": .string(from.pointer)])
    }
    public static func copy(_ from: PatchPath, to place: PatchPath) -> Self {
        Self("copy", place, ["from": .string(from.pointer)])
    }
    /// Lets the whole patch fail where the place holds something else.
    public static func test(_ place: PatchPath, _ value: JSON) -> Self { Self("test", place, ["value": value]) }
}

/// A place in a document: a JSON pointer (RFC 6901) as text, or its steps, which then need no escapes:
/// `["metadata", "annotations", "example.com/owner"]`.
public struct PatchPath: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    public let pointer: String

    public init(_ steps: [String]) {
        pointer = steps.map { step in
            var text = "/"
            for character in step {
                switch character {
                case "~": text += "~0"
                case "/": text += "~1"
                default: text.append(character)
                }
            }
            return text
        }.joined()
    }

    public init(arrayLiteral steps: String...) { self.init(steps) }
    public init(stringLiteral pointer: String) { self.pointer = pointer }
}
