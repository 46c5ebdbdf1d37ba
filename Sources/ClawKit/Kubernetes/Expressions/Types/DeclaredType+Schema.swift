public import ClawDocuments

extension DeclaredType {
    /// The largest request, in bytes, and so a bound of everything in it.
    private static let largestRequest = 3 << 20

    /// The type that an OpenAPI v3 schema describes; nil where expressions cannot see such values: those without a type,
    /// or lists and maps of them.
    /// - Parameter isResource: whether it is a whole object, which has metadata, or a part of one.
    /// - Parameter name: of the type, and the beginning of its parts' names.
    public static func schema(_ schema: JSON, isResource: Bool, name: String = "selfType") -> DeclaredType? {
        let isNullable = schema["nullable"]?.bool ?? false
        let longest = schema["maxLength"]?.integer.map { max(0, Int($0)) }
        if schema["x-kubernetes-int-or-string"]?.bool == true {
            return DeclaredType(
                .dyn, mostElements: longest.map { $0 * 4 } ?? largestRequest - 2, isNullable: isNullable)
        }
        switch isResource ? "object" : schema["type"]?.string {
        case "boolean": return DeclaredType(.bool, minimumSize: 4, isNullable: isNullable)
        case "integer": return DeclaredType(.int, isNullable: isNullable)
        case "number": return DeclaredType(.double, isNullable: isNullable)
        case "string": return text(schema, longest, isNullable)
        case "array":
            guard let items = schema["items"], let element = part(items, "\(name).@idx") else { return nil }
            let most =
                schema["maxItems"]?.integer.map { max(0, Int($0)) } ?? (largestRequest - 2) / (element.minimumSize + 1)
            return DeclaredType(
                .list(element.type), element: element, mostElements: most, minimumSize: 2, isNullable: isNullable)
        case "object":
            if !isResource, let values = schema["additionalProperties"], values.object != nil {
                guard let element = part(values, "\(name).@elem") else { return nil }
                let most =
                    schema["maxProperties"]?.integer.map { max(0, Int($0)) } ?? (largestRequest - 2)
                    / (element.minimumSize + 6)
                return DeclaredType(
                    .map(.string, element.type), element: element, mostElements: most, minimumSize: 2,
                    isNullable: isNullable)
            }
            return object(schema, isResource: isResource, name, isNullable)
        default: return nil
        }
    }

    private static func part(_ schema: JSON, _ name: String) -> DeclaredType? {
        self.schema(schema, isResource: schema["x-kubernetes-embedded-resource"]?.bool ?? false, name: name)
    }

    private static func text(_ schema: JSON, _ longest: Int?, _ isNullable: Bool) -> DeclaredType {
        let unbounded = largestRequest - 2
        switch schema["format"]?.string {
        case "byte":
            return DeclaredType(.bytes, mostElements: longest ?? unbounded, minimumSize: 2, isNullable: isNullable)
        case "duration": return DeclaredType(.duration, mostElements: 32, minimumSize: 3, isNullable: isNullable)
        case "date": return DeclaredType(.timestamp, mostElements: 12, minimumSize: 12, isNullable: isNullable)
        case "date-time": return DeclaredType(.timestamp, mostElements: 32, minimumSize: 21, isNullable: isNullable)
        default:
            // A length is in code points, each of up to four bytes.
            let longestOfEnum = schema["enum"]?.array?.compactMap { $0.string?.utf8.count }.max()
            return DeclaredType(
                .string, mostElements: longest.map { $0 * 4 } ?? longestOfEnum ?? unbounded, minimumSize: 2,
                isNullable: isNullable)
        }
    }

    private static func object(_ schema: JSON, isResource: Bool, _ name: String, _ isNullable: Bool) -> DeclaredType {
        var properties = schema["properties"]?.object ?? JSONObject()
        if isResource {
            let text: JSON = ["type": "string"]
            properties["apiVersion"] = text
            properties["kind"] = text
            properties["metadata"] = ["type": "object", "properties": ["name": text, "generateName": text]]
        }
        let required = Set(schema["required"]?.array?.compactMap(\.string) ?? [])
        var fields: [Field] = []
        var size = 2
        for (field, property) in properties {
            guard let type = part(property, "\(name).\(field)") else { continue }
            fields.append(Field(name: field, type: type))
            if required.contains(field), property["default"] == nil {
                size += field.utf8.count + type.minimumSize + 4
            }
        }
        return DeclaredType(.object(name), fields: fields, minimumSize: size, isNullable: isNullable)
    }
}
