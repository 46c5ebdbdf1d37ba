/// The values of an environment's variables.
public struct Bindings: Sendable {
    private var values: [String: Value]
    /// Asked for what is not among the values.
    private let source: (any BindingSource)?

    public init(_ values: [String: Value] = [:], source: (any BindingSource)? = nil) {
        self.values = values
        self.source = source
    }

    public subscript(_ name: String) -> Value? {
        get { values[name] }
        set { values[name] = newValue }
    }

    func value(_ name: String, _ budget: inout Cost) throws(EvaluationError) -> Value? {
        if let value = values[name] { return value }
        guard let source else { return nil }
        return try source.value(name, &budget)
    }
}

/// Finds a variable's value when it is first needed.
public protocol BindingSource: Sendable {
    func value(_ name: String, _ budget: inout Cost) throws(EvaluationError) -> Value?
}
