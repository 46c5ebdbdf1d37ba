import ClawDocuments

/// One object of the control plane for people: a line per member, nested objects in short form.
struct Details {
    let object: JSON

    var text: String {
        var rows: [[String]] = []
        for (name, value) in object.object ?? JSONObject() where !value.isNull {
            guard let elements = value.array, elements.contains(where: { $0.object != nil }) else {
                rows.append([name, Self.short(value)])
                continue
            }
            for (index, element) in elements.enumerated() {
                rows.append([index == 0 ? name : " ", Self.short(element)])
            }
        }
        return Table(rows).text
    }

    /// A value on one line: `owner, viewer` for arrays, `user=ada role=owner` for objects.
    static func short(_ value: JSON) -> String {
        switch value {
        case .null: "-"
        case .string(let text): text
        case .bool, .integer, .double: value.description
        case .array(let elements): elements.map(short).joined(separator: ", ")
        case .object(let object): object.map { "\($0.name)=\(short($0.value))" }.joined(separator: " ")
        }
    }
}
