public import ClawDocuments
import ClawSchemas

/// A JSON Patch (RFC 6902) with the leniencies of the Kubernetes API: `replace` of a missing member sets it,
/// negative positions count from an array's end, `test` for null holds where the member is missing.
public struct JSONPatch: Sendable {
    public enum Operation: Sendable, Hashable {
        case add(path: String, JSON)
        case remove(path: String)
        case replace(path: String, JSON)
        case move(from: String, path: String)
        case copy(from: String, path: String)
        case test(path: String, JSON)
    }

    public var operations: [Operation]

    /// Kubernetes' limit on the operations of one patch.
    public static let mostOperations = 10_000

    public init(_ operations: [Operation]) { self.operations = operations }

    /// - Throws: 400 where the JSON is no list of operations, 413 where they are too many, 422 for an unknown
    ///   operation or one without its path.
    public init(parsing patch: JSON) throws(PatchError) {
        guard let list = patch.array ?? (patch.isNull ? [] : nil) else {
            throw Self.undecodable(patch, as: "value of type []handlers.jsonPatchOp")
        }
        guard list.count <= Self.mostOperations else {
            throw .tooLarge(
                "The allowed maximum operations in a JSON patch is \(Self.mostOperations), got \(list.count)")
        }
        // The whole list must have the right shape before any single operation is judged.
        var members: [JSONObject] = []
        for element in list {
            guard let operation = element.object ?? (element.isNull ? [:] : nil) else {
                throw Self.undecodable(element, as: "value of type handlers.jsonPatchOp")
            }
            for name in ["op", "path", "from"] {
                guard let text = operation[name], !text.isNull, text.string == nil else { continue }
                throw Self.undecodable(text, as: "struct field jsonPatchOp.\(name) of type string")
            }
            members.append(operation)
        }
        operations = []
        for operation in members { operations.append(try Self.parse(operation)) }
    }

    private static func parse(_ operation: JSONObject) throws(PatchError) -> Operation {
        let name = operation["op"]?.string ?? ""
        func text(_ member: String) throws(PatchError) -> String {
            guard let text = operation[member]?.string else {
                throw .rejected("the operation '\(name)' needs a '\(member)'")
            }
            return text
        }
        switch name {
        case "add": return .add(path: try text("path"), operation["value"] ?? .null)
        case "remove": return .remove(path: try text("path"))
        case "replace": return .replace(path: try text("path"), operation["value"] ?? .null)
        case "move": return .move(from: try text("from"), path: try text("path"))
        case "copy": return .copy(from: try text("from"), path: try text("path"))
        case "test": return .test(path: try text("path"), operation["value"] ?? .null)
        default: throw .rejected("there is no operation '\(name)'")
        }
    }

    private static func undecodable(_ value: JSON, as type: String) -> PatchError {
        .badRequest("error decoding patch: json: cannot unmarshal \(GoText.kind(of: value)) into Go \(type)")
    }

    /// - Throws: 422 where an operation does not fit the object or a test fails; then nothing was changed.
    public func apply(to object: JSONObject) throws(PatchError) -> JSONObject {
        var document = JSONPatchDocument(root: .object(object))
        for operation in operations { try document.perform(operation) }
        guard let result = document.root.object else { throw .rejected("the patched document is not an object") }
        return result
    }
}
