public import ClawDocuments
import ClawSchemas

/// JSON Merge Patch (RFC 7386): objects merge, null removes, everything else replaces.
public enum MergePatch {
    /// - Throws: 400 where the patch is not an object.
    public static func apply(_ patch: JSON, to object: JSONObject) throws(PatchError) -> JSONObject {
        switch patch {
        case .object(let patch): return try merge(patch, into: object)
        case .null: throw .badRequest("Invalid JSON Patch")
        default:
            throw .badRequest(
                "error decoding patch: json: cannot unmarshal \(GoText.kind(of: patch)) into Go value of type "
                    + "map[string]interface {}")
        }
    }

    private static func merge(_ patch: JSONObject, into object: JSONObject) throws(PatchError) -> JSONObject {
        var members = MemberEditor(object)
        for (name, value) in patch {
            switch (value, members[name]) {
            case (.null, _): try members.set(name, nil)
            case (.object(let inner), .object(let old)?): try members.set(name, .object(merge(inner, into: old)))
            default: try members.set(name, value.withoutNulls)
            }
        }
        return members.object
    }
}

extension JSON {
    /// Without members that are null, at any depth; nulls that are elements of arrays stay.
    var withoutNulls: JSON {
        switch self {
        case .object(let object): .object(object.withoutNulls)
        case .array(let elements): .array(elements.map(\.withoutNulls))
        default: self
        }
    }
}

extension JSONObject {
    var withoutNulls: JSONObject {
        guard contains(where: { $0.value.mayHoldNulls }) else { return self }
        return JSONObject(distinct: lazy.filter { !$0.value.isNull }.map { ($0.name, $0.value.withoutNulls) })
    }
}

extension JSON {
    fileprivate var mayHoldNulls: Bool {
        switch self {
        case .null, .object, .array: true
        default: false
        }
    }
}
