/// What an expression may refer to: variables with their types, functions, types of objects.
public struct Environment: Sendable {
    private(set) var variables: [String: ExpressionType] = [:]
    /// How variables appear in documents, for sizes.
    private(set) var declarations: [String: DeclaredType] = [:]
    let functions: [String: [Overload]]
    let implementations: [String: [Implementation]]
    private var objects: [String: DeclaredType] = [:]
    private var members: [String: [String: ExpressionType]] = [:]
    private var provider: (any ObjectTypes)?
    /// Whether a list's or map's elements must be of one type, as Kubernetes wants it.
    var aggregatesAreHomogeneous = true

    private init(_ table: FunctionTable) {
        functions = table.overloads
        implementations = table.implementations
    }

    /// Kubernetes 1.36's functions, without variables.
    public static let kubernetes = Environment(.kubernetes)

    /// Kubernetes' functions and those of cel-go's further extensions (math, encoders, protobuf-free).
    public static let everything = Environment(.everything)

    /// The environment with one more variable.
    public func declaring(_ name: String, _ type: ExpressionType) -> Environment {
        var environment = self
        environment.variables[name] = type
        return environment
    }

    /// The environment with one more variable, which holds values of a document.
    public func declaring(_ name: String, as type: DeclaredType) -> Environment {
        var environment = declaring(name, type.type)
        environment.declarations[name] = type
        type.objects(into: &environment.objects)
        return environment
    }

    /// The environment with one more variable, which holds a document's value or nothing.
    public func declaring(optional name: String, as type: DeclaredType) -> Environment {
        declaring(name, as: type).declaring(name, .optional(type.type))
    }

    /// The environment with the types of objects that can be made or looked into, found when they are needed.
    public func declaring(objects provider: any ObjectTypes) -> Environment {
        var environment = self
        environment.provider = provider
        return environment
    }

    /// The environment with a variable whose members are computed: each has a type.
    public func declaring(_ name: String, members: [String: ExpressionType]) -> Environment {
        var environment = declaring(name, .object("kubernetes.\(name)"))
        environment.members["kubernetes.\(name)"] = members
        return environment
    }

    /// The environment where lists and maps may have elements of several types.
    public func mixingTypes() -> Environment {
        var environment = self
        environment.aggregatesAreHomogeneous = false
        return environment
    }

    // MARK: looking up

    /// Of its variables and functions, operators left out.
    package var names: Set<String> {
        Set(variables.keys).union(functions.keys.filter { $0.first?.isLetter == true })
    }

    private static let types: [String: ExpressionType] = [
        "bool": .bool, "int": .int, "uint": .uint, "double": .double, "string": .string, "bytes": .bytes,
        "list": .list(.dyn), "map": .map(.dyn, .dyn), "null_type": .null, "type": .type(nil),
        "google.protobuf.Timestamp": .timestamp, "google.protobuf.Duration": .duration,
        "optional_type": .optional(.dyn), "net.IP": .opaque("net.IP", []), "net.CIDR": .opaque("net.CIDR", []),
        "kubernetes.URL": .opaque("kubernetes.URL", []), "kubernetes.Quantity": .opaque("kubernetes.Quantity", []),
        "kubernetes.NamedFormat": .opaque("kubernetes.NamedFormat", []),
        "kubernetes.Semver": .opaque("kubernetes.Semver", []),
    ]

    func type(named name: String) -> ExpressionType? {
        if let type = Self.types[name] { return type }
        return objects[name] != nil || provider?.contains(name) ?? false ? .object(name) : nil
    }

    func fieldType(of object: String, _ field: String) -> ExpressionType? {
        if let members = members[object] { return members[field] }
        return objects[object]?.fields[field]?.type.type ?? provider?.field(field, of: object)
    }
}

/// Types of objects, by name.
public protocol ObjectTypes: Sendable {
    func contains(_ object: String) -> Bool
    /// The type of an object's field, by its escaped name; nil where there is no such field.
    func field(_ name: String, of object: String) -> ExpressionType?
}
