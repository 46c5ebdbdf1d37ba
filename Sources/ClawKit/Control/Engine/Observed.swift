public import ClawBase
public import ClawKubernetes

/// What is there for an object: its children, what is related to it, and what went wrong on the way.
public struct Observed: Sendable {
    /// A child that the server, or the engine, refused.
    public struct Failure: Sendable, Hashable {
        public let kind: String
        public let name: String
        public let finding: Finding

        public init(kind: String, name: String, finding: Finding) {
            (self.kind, self.name, self.finding) = (kind, name, finding)
        }
    }

    /// What ``ManagedKind/admit(_:)`` found, and what ``ManagedKind/desire(_:_:)`` threw.
    public let findings: [Finding]
    public let failures: [Failure]
    private let objects: [ObjectIdentifier: [any Resource]]

    /// For tests of pure functions: of several kinds in any order.
    public init(_ objects: [any Resource] = [], findings: [Finding] = [], failures: [Failure] = []) {
        let byType = Dictionary(grouping: objects) { ObjectIdentifier(type(of: $0)) }
        self.init(byType: byType.mapValues { $0.sorted { $0.name < $1.name } }, findings: findings, failures: failures)
    }

    /// - Parameter byType: each list sorted by name.
    init(byType: [ObjectIdentifier: [any Resource]], findings: [Finding], failures: [Failure]) {
        (objects, self.findings, self.failures) = (byType, findings, failures)
    }

    /// All of a kind, sorted by name.
    public func all<R: Resource>(_ type: R.Type = R.self) -> [R] {
        (objects[ObjectIdentifier(R.self)] ?? []).compactMap { $0 as? R }
    }

    public subscript<R: Resource>(_ type: R.Type, name: String) -> R? {
        objects[ObjectIdentifier(R.self)]?.first { $0.name == name } as? R
    }
}
