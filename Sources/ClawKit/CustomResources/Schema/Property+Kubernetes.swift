public import ClawDocuments

/// Fields of Kubernetes' own types, such as `EnvVar` or `[Toleration]`; their schemas come from Kubernetes' field tables.
extension Property {
    @_disfavoredOverload
    public init<V: DocumentView>(_ name: String, _ type: V.Type, _ description: String, _ constraints: Constraint...) {
        self.init(name, .kubernetes(V.self), mayBeAbsent: false, description: description, constraints)
    }

    @_disfavoredOverload
    public init<V: DocumentView>(_ name: String, _ type: V?.Type, _ description: String, _ constraints: Constraint...) {
        self.init(name, .kubernetes(V.self), mayBeAbsent: true, description: description, constraints)
    }

    @_disfavoredOverload
    public init<V: DocumentView>(_ name: String, _ type: [V].Type, _ description: String, _ constraints: Constraint...)
    {
        self.init(name, .list(of: .kubernetes(V.self)), mayBeAbsent: true, description: description, constraints)
    }

    @_disfavoredOverload
    public init<V: DocumentView>(
        _ name: String, _ type: [String: V].Type, _ description: String, _ constraints: Constraint...
    ) {
        self.init(name, .map(to: .kubernetes(V.self)), mayBeAbsent: true, description: description, constraints)
    }

    // Without a description.

    @_disfavoredOverload
    public init<V: DocumentView>(_ name: String, _ type: V.Type, _ constraints: Constraint...) {
        self.init(name, .kubernetes(V.self), mayBeAbsent: false, constraints)
    }

    @_disfavoredOverload
    public init<V: DocumentView>(_ name: String, _ type: V?.Type, _ constraints: Constraint...) {
        self.init(name, .kubernetes(V.self), mayBeAbsent: true, constraints)
    }

    @_disfavoredOverload
    public init<V: DocumentView>(_ name: String, _ type: [V].Type, _ constraints: Constraint...) {
        self.init(name, .list(of: .kubernetes(V.self)), mayBeAbsent: true, constraints)
    }

    @_disfavoredOverload
    public init<V: DocumentView>(_ name: String, _ type: [String: V].Type, _ constraints: Constraint...) {
        self.init(name, .map(to: .kubernetes(V.self)), mayBeAbsent: true, constraints)
    }
}
