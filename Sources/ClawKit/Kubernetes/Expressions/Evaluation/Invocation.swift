/// A call's arguments, the receiver first.
struct Invocation {
    let arguments: [Value]
    let pattern: Pattern?

    subscript(_ index: Int) -> Value { arguments[index] }
    var count: Int { arguments.count }

    func string(_ index: Int) -> String? { index < arguments.count ? arguments[index].string : nil }
    func int(_ index: Int) -> Int64? { index < arguments.count ? arguments[index].int : nil }
    func list(_ index: Int) -> ListValue? {
        if index < arguments.count, case .list(let list) = arguments[index] { list } else { nil }
    }
    func opaque<T: OpaqueValue>(_ index: Int, as type: T.Type) -> T? {
        if index < arguments.count, case .opaque(let value) = arguments[index] { value as? T } else { nil }
    }
}

/// What a function does; nil where it has nothing for arguments of these types.
typealias Implementation = @Sendable (Invocation) throws(EvaluationError) -> Value?

/// The functions that an environment offers, while it is being made.
struct FunctionTable {
    private(set) var overloads: [String: [Overload]] = [:]
    private(set) var implementations: [String: [Implementation]] = [:]

    /// Adds overloads; see ``SignatureReader`` for how they are written.
    mutating func declare(_ signatures: String) { SignatureReader.read(signatures, into: &overloads) }

    mutating func add(_ name: String, _ implementation: @escaping Implementation) {
        implementations[name, default: []].append(implementation)
    }
}
