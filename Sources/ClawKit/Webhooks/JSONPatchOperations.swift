import ClawDocuments

/// What makes one object of another, as a JSON patch (RFC 6902). Lists that differ are replaced as a whole.
enum JSONPatchOperations {
    static func make(from old: JSONObject, to new: JSONObject) -> [JSON] {
        var operations: [JSON] = []
        compare(old, new, at: "", &operations)
        return operations
    }

    private static func compare(_ old: JSONObject, _ new: JSONObject, at path: String, _ operations: inout [JSON]) {
        for (name, value) in old.sorted(by: { $0.name < $1.name }) {
            let place = "\(path)/\(escaped(name))"
            switch (value, new[name]) {
            case (_, nil): operations.append(["op": "remove", "path": .string(place)])
            case (.object(let before), .object(let after)?): compare(before, after, at: place, &operations)
            case (_, let after?) where after != value:
                operations.append(["op": "replace", "path": .string(place), "value": after])
            default: break
            }
        }
        for (name, value) in new.sorted(by: { $0.name < $1.name }) where old[name] == nil {
            operations.append(["op": "add", "path": .string("\(path)/\(escaped(name))"), "value": value])
        }
    }

    /// RFC 6901, section 3.
    private static func escaped(_ name: String) -> String {
        name.contains { $0 == "~" || $0 == "/" }
            ? name.replacing("~", with: "~0").replacing("/", with: "~1") : name
    }
}
