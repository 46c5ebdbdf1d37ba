public import ClawDocuments

/// A list of the expression language.
public enum ListValue: Sendable {
    /// Elements of a document, of the declared type.
    case json([JSON], DeclaredType?)
    case values([Value])

    public var count: Int {
        switch self {
        case .json(let elements, _): elements.count
        case .values(let values): values.count
        }
    }

    public subscript(_ index: Int) -> Value {
        switch self {
        case .json(let elements, let type): Value(elements[index], as: type)
        case .values(let values): values[index]
        }
    }

    public var values: [Value] {
        switch self {
        case .json(let elements, let type): elements.map { Value($0, as: type) }
        case .values(let values): values
        }
    }

    func contains(_ value: Value) -> Bool {
        for index in 0..<count where self[index] == value { return true }
        return false
    }
}
