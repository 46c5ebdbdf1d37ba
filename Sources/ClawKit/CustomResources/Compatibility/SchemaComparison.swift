import ClawBase
import ClawDocuments

/// Two states of a schema: what the old one allowed and the new one refuses or loses.
struct SchemaComparison {
    let version: String
    private(set) var findings: [Finding] = []

    init(version: String) { self.version = version }

    mutating func report(_ code: FindingCode, _ path: String, _ message: String) {
        findings.append(Finding(code, message, field: path.isEmpty ? version : "\(version) \(path)"))
    }

    mutating func compare(_ old: JSON, _ new: JSON, at path: String) {
        if old == new { return }
        guard type(old, new, path) else { return }
        if old["nullable"]?.bool == true, new["nullable"]?.bool != true {
            report(.fieldNull, path, "Objects in which it is null are refused. Keep 'nullable: true'.")
        }
        defaults(old, new, path)
        limits(old, new, path)
        lists(old, new, path)
        rules(old, new, path)
        members(old, new, path)
        if let before = old["items"], let after = new["items"] { compare(before, after, at: "\(path)[]") }
        if let before = old["additionalProperties"], let after = new["additionalProperties"],
            before.object != nil, after.object != nil
        {
            compare(before, after, at: "\(path){}")
        }
    }

    // MARK: types

    private static func kind(_ schema: JSON) -> String {
        if schema["x-kubernetes-int-or-string"]?.bool == true { return "int-or-string" }
        return schema["type"]?.string ?? "anything"
    }

    /// Whether the rest can be compared.
    private mutating func type(_ old: JSON, _ new: JSON, _ path: String) -> Bool {
        let (before, after) = (Self.kind(old), Self.kind(new))
        guard before != after else { return true }
        switch (before, after) {
        case (_, "anything"): return false
        case ("integer", "number"), ("integer", "int-or-string"), ("string", "int-or-string"): return true
        default:
            report(
                .fieldType, path,
                "It was \(before) and becomes \(after): stored values are refused. Add a field of another name, or a version "
                    + "with a conversion.")
            return false
        }
    }

    private mutating func defaults(_ old: JSON, _ new: JSON, _ path: String) {
        guard old["default"] != new["default"], let before = old["default"] else { return }
        let now = new["default"].map { "becomes \($0)" } ?? "is gone"
        report(
            .defaultChanged, path,
            "The default \(before) \(now): objects that leave the field out mean something else. Keep it, or set the field in them."
        )
    }

    // MARK: members

    private mutating func members(_ old: JSON, _ new: JSON, _ path: String) {
        func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
        let (before, after) = (old["properties"]?.object ?? [:], new["properties"]?.object ?? [:])
        let takesOthers =
            new["x-kubernetes-preserve-unknown-fields"]?.bool == true || new["additionalProperties"]?.object != nil
            || new["additionalProperties"]?.bool == true
        for (name, schema) in before.sorted(by: { $0.name < $1.name }) {
            // Every object has these, whether its schema names them or not.
            if path.isEmpty, ["apiVersion", "kind", "metadata"].contains(name) { continue }
            if let next = after[name] {
                compare(schema, next, at: place(name))
            } else if !takesOthers {
                let successor = Self.successor(of: name, schema, in: after, before)
                let hint = successor.map { " '\($0)' looks like its new name: a rename loses what is stored." } ?? ""
                report(
                    .fieldRemoved, place(name),
                    "Its values are dropped from stored objects at their next write.\(hint) Keep it, or move to a new version with a "
                        + "conversion.")
            }
        }
        let was = Set((old["required"]?.array ?? []).compactMap(\.string))
        for name in (new["required"]?.array ?? []).compactMap(\.string) where !was.contains(name) {
            if after[name]?["default"] != nil { continue }
            report(
                .fieldRequired, place(name),
                "Objects without it are refused. Give it a default, or leave it optional.")
        }
        let kept = old["x-kubernetes-preserve-unknown-fields"]?.bool == true || old["additionalProperties"] != nil
        if kept, !takesOthers, new["type"]?.string == "object" {
            report(
                .unknownFieldsPruned, path,
                "Fields that the schema does not name were kept, and are dropped from now on. Name them, or keep "
                    + "'x-kubernetes-preserve-unknown-fields: true'.")
        }
    }

    /// An added field of the same schema, or of a near name.
    private static func successor(
        of name: String, _ schema: JSON, in after: JSONObject, _ before: JSONObject
    ) -> String? {
        let added = after.filter { before[$0.name] == nil }
        func plain(_ schema: JSON) -> JSON {
            var plain = schema
            plain["description"] = nil
            return plain
        }
        return added.first { plain($0.value) == plain(schema) }?.name
            ?? NearestName.nearest(to: name, in: added.map(\.name))
    }
}
