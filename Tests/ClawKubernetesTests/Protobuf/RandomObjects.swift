import ClawDocuments
import ClawModels

/// Objects of the generated kinds with any of their fields, none of which is empty or zero.
struct RandomObjects {
    private var random: SeededBytes
    private let table = SchemaTable.kubernetes

    init(seed: UInt64) { random = SeededBytes(seed: seed) }

    mutating func object(of type: String, depth: Int) -> JSONObject {
        var object = JSONObject()
        for field in table[type]?.fields ?? [] where field.name != "apiVersion" && field.name != "kind" || !isTop(type)
        {
            // Fewer the deeper they are.
            guard Int.random(in: 0..<9, using: &random) < depth else { continue }
            if let value = value(of: field.type, depth: depth - 1) { object[field.name] = value }
        }
        return object
    }

    private func isTop(_ type: String) -> Bool { table[type]?["metadata"] != nil }

    private mutating func value(of type: Schema.FieldType, depth: Int) -> JSON? {
        if depth < 0 { return nil }
        switch type {
        case .string: return .string(text())
        case .integer: return .integer(Int64.random(in: 1...Int64(Int32.max), using: &random))
        case .number: return .double(0.5 + Double(Int.random(in: 0..<1000, using: &random)))
        case .bool: return true
        case .any: return ["type": .string(text())]
        case .quantity: return .string("\(Int.random(in: 1...999, using: &random))m")
        case .intOrString: return Bool.random(using: &random) ? .string("25%") : .integer(8080)
        case .time: return .string("2026-01-0\(Int.random(in: 1...9, using: &random))T12:34:56Z")
        case .microTime:
            return .string(
                "2026-01-0\(Int.random(in: 1...9, using: &random))T12:34:56.000\(Int.random(in: 100...999, using: &random))Z"
            )
        case .bytes: return "AP8Q"
        case .object(let name): return .object(object(of: name, depth: depth))
        case .list(let element):
            let elements = (0..<Int.random(in: 1...3, using: &random)).compactMap { _ in
                value(of: element, depth: depth)
            }
            return elements.isEmpty ? nil : .array(elements)
        case .map(let element):
            var map = JSONObject()
            for _ in 0..<Int.random(in: 1...3, using: &random) { map[text()] = value(of: element, depth: depth) }
            return map.isEmpty ? nil : .object(map)
        }
    }

    private mutating func text() -> String { "t\(Int.random(in: 0..<10_000, using: &random))ü" }
}
