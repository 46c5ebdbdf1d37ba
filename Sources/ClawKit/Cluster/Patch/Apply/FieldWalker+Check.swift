import ClawDocuments
import ClawSchemas

extension FieldWalker {
    /// What in an applied configuration does not fit its schema, as Kubernetes words it; nil where all does.
    func problems(of object: JSONObject, _ schema: Schema?) -> String? {
        var problems: [String] = []
        check(.object(object), shape(ofRoot: schema), at: "", &problems)
        guard problems.count > 1 else { return problems.first }
        return (["errors:"] + problems.map { "  " + $0 }).joined(separator: "\n")
    }

    private func check(_ value: JSON, _ shape: FieldShape, at path: String, _ problems: inout [String]) {
        if value.isNull { return }
        func report(_ message: String) { problems.append(path.isEmpty ? message : "\(path): \(message)") }
        switch shape.form {
        case .string:
            if value.string == nil { report("expected string, got \(GoText.goSyntax(value))") }
        case .numeric:
            if value.number == nil { report("expected numeric (int or float), got \(GoText.type(of: value))") }
        case .bool: if value.bool == nil { report("expected boolean, got \(GoText.reference(value))") }
        case .scalar:
            if value.object != nil || value.array != nil {
                report("expected any scalar, got \(GoText.reference(value))")
            }
        case .record, .map:
            guard let object = value.object else { return report("expected map, got \(GoText.reference(value))") }
            for (name, value) in object {
                let place = path + PathElement.field(name).description
                if case .record(let schema) = shape.form, !schema.isOpen, schema[name] == nil {
                    problems.append("\(place): field not declared in schema")
                    return
                }
                check(value, member(name, of: shape), at: place, &problems)
            }
        case .list:
            guard let items = value.array else { return report("expected list, got \(GoText.reference(value))") }
            var seen: Set<PathElement> = []
            for (position, item) in items.enumerated() {
                var element = PathElement.index(position)
                if !shape.isAtomic {
                    do {
                        element = try pathElement(of: item, in: shape)
                    } catch {
                        return report("element \(position): \(error.message)")
                    }
                    if !seen.insert(element).inserted { report("duplicate entries for key \(element)") }
                }
                check(item, self.element(of: shape), at: path + element.description, &problems)
            }
        case .deduced, .anything: break
        }
    }
}
