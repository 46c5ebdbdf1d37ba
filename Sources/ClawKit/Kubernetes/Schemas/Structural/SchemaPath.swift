package import ClawDocuments

/// A path of fields through a schema, as rules and selectable fields name one: `.spec.color`, `.labels['a.b']`.
package enum SchemaPath {
    /// - Returns: the path as Kubernetes writes places of fields, the schema there, or what is wrong with it.
    package static func resolve(
        _ text: String, in schema: JSON, allowsBrackets: Bool = true
    ) -> (path: String, schema: JSON, problem: String?) {
        var rest = text[...]
        var path = ""
        var schema = schema
        func fail(_ problem: String) -> (String, JSON, String?) { (path, schema, problem) }
        while let first = rest.first {
            rest = rest.dropFirst()
            let name: String
            switch first {
            case ".":
                let part = rest.prefix { !".[]".contains($0) }
                guard !part.isEmpty else { return fail("unexpected end of JSON path") }
                rest = rest.dropFirst(part.count)
                name = String(part)
            case "[":
                guard allowsBrackets else { return fail("array notation is not allowed") }
                guard rest.first == "'", let (unquoted, after) = unquote(rest) else {
                    return fail("expected single quoted string but got \(rest.prefix { $0 != "]" })")
                }
                guard after.first == "]" else { return fail("unexpected end of JSON path") }
                rest = after.dropFirst()
                name = unquoted
            default: return fail("expected [ or . but got: \(first)\(rest.prefix { !".[]".contains($0) })")
            }
            if let properties = schema["properties"]?.object {
                guard let next = properties[name] else { return fail("does not refer to a valid field") }
                path += path.isEmpty ? name : ".\(name)"
                schema = next
            } else if let values = schema["additionalProperties"], values.object != nil {
                path += "[\(name)]"
                schema = values
            } else {
                return fail("does not refer to a valid field")
            }
        }
        return (path, schema, nil)
    }

    private static func unquote(_ text: Substring) -> (String, after: Substring)? {
        var rest = text.dropFirst()
        var name = ""
        while let next = rest.popFirst() {
            if next == "'" { return (name, rest) }
            guard next == "\\" else {
                name.append(next)
                continue
            }
            let escapes: [Character: Character] = [
                "a": "\u{07}", "b": "\u{08}", "f": "\u{0C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{0B}", "'": "'",
                "\\": "\\",
            ]
            guard let escaped = rest.popFirst().flatMap({ escapes[$0] }) else { return nil }
            name.append(escaped)
        }
        return nil
    }
}
