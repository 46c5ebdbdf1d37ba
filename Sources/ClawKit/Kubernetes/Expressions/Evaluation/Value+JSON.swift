public import ClawDocuments

extension Value {
    /// The value as it stands in a document: bytes in base 64, times and durations as texts.
    /// - Throws: where a document cannot hold it.
    public func json() throws(EvaluationError) -> JSON {
        switch self {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .int(let value): return .integer(value)
        case .uint(let value): return Int64(exactly: value).map(JSON.integer) ?? .double(Double(value))
        case .double(let value): return .double(value)
        case .string(let text): return .string(text)
        case .bytes(let bytes): return .string(Base64.encode(bytes))
        case .duration(let span): return .string(span.text)
        case .timestamp(let instant): return .string(instant.text)
        case .list(.json(let elements, _)): return .array(elements)
        case .list(.values(let values)):
            var elements: [JSON] = []
            for value in values { elements.append(try value.json()) }
            return .array(elements)
        case .map(.json(let object, _)): return .object(object)
        case .map(let map):
            var object = JSONObject()
            for key in map.keys {
                guard case .string(let name) = key, let member = map[key] else {
                    throw EvaluationError("unsupported map key type")
                }
                object[map.isObject ? DeclaredType.unescape(name) : name] = try member.json()
            }
            return .object(object)
        case .optional(let wrapped): return try wrapped?.json() ?? .null
        case .type, .opaque: throw EvaluationError("unsupported conversion of \(type.name) to JSON")
        }
    }
}
