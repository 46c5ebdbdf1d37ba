/// One way to call a function: the types it takes and the type it answers.
struct Overload: Sendable, Hashable {
    let id: String
    let isMember: Bool
    let parameters: [ExpressionType]
    let result: ExpressionType

    /// Whether the signature has type parameters, which stand for fresh types at each call.
    let isGeneric: Bool

    init(id: String, isMember: Bool, parameters: [ExpressionType], result: ExpressionType) {
        (self.id, self.isMember, self.parameters, self.result) = (id, isMember, parameters, result)
        isGeneric = (parameters + [result]).contains(where: Self.hasParameter)
    }

    private static func hasParameter(_ type: ExpressionType) -> Bool {
        if case .parameter = type { return true }
        return type.parameters.contains(where: hasParameter)
    }
}

/// Reads signatures such as `size_string = size(string) -> int`, `string_size = string.size() -> int`,
/// `index_map = _[_](map<A,B>, A) -> B`. Single capitals are type parameters.
struct SignatureReader {
    private var rest: Substring

    /// Adds each line's overload to its function's.
    static func read(_ lines: String, into functions: inout [String: [Overload]]) {
        for line in lines.split(separator: "\n") where !line.isEmpty {
            let halves = line.split(separator: " = ", maxSplits: 1)
            guard halves.count == 2 else { continue }
            let (name, overload) = read(id: String(halves[0].drop { $0 == " " }), halves[1])
            functions[name, default: []].append(overload)
        }
    }

    private static func read(id: String, _ signature: Substring) -> (String, Overload) {
        let arrow = signature.range(ofText: " -> ")
        var reader = SignatureReader(rest: arrow.after)
        let result = reader.type()
        // The parenthesis that opens the parameters is the last one before a type.
        let open = arrow.before.lastIndex(of: "(") ?? arrow.before.endIndex
        var head = arrow.before[..<open]
        reader.rest = arrow.before[open...].dropFirst()
        var parameters: [ExpressionType] = []
        while !reader.rest.isEmpty, reader.rest.first != ")" {
            parameters.append(reader.type())
            reader.rest = reader.rest.drop { $0 == "," || $0 == " " }
        }
        var isMember = false
        // `type.name(…)`: what stands before the dot is a type of the receiver, marked by an apostrophe.
        if let mark = head.firstIndex(of: "'") {
            isMember = true
            reader.rest = head[..<mark]
            parameters.insert(reader.type(), at: 0)
            head = head[mark...].dropFirst()
        }
        return (String(head), Overload(id: id, isMember: isMember, parameters: parameters, result: result))
    }

    private static let simple: [Substring: ExpressionType] = [
        "dyn": .dyn, "null": .null, "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string,
        "bytes": .bytes, "duration": .duration, "timestamp": .timestamp,
    ]

    private mutating func type() -> ExpressionType {
        let name = rest.prefix { !"<>,) ".contains($0) }
        rest = rest.dropFirst(name.count)
        var parameters: [ExpressionType] = []
        if rest.first == "<" {
            repeat {
                rest = rest.dropFirst()
                parameters.append(type())
            } while rest.first == ","
            rest = rest.dropFirst()
        }
        if let known = Self.simple[name] { return known }
        switch (name, parameters.count) {
        case ("list", 1): return .list(parameters[0])
        case ("map", 2): return .map(parameters[0], parameters[1])
        case ("type", 1): return .type(parameters[0])
        case ("optional", 1): return .optional(parameters[0])
        default: return name.count == 1 ? .parameter(String(name)) : .opaque(String(name), parameters)
        }
    }
}

extension Substring {
    /// What stands before and after a text that occurs in it.
    fileprivate func range(ofText text: String) -> (before: Substring, after: Substring) {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return (self[..<start], self[start...].dropFirst(text.count)) }
            start = index(after: start)
        }
        return (self, "")
    }
}
