import ClawDocuments
public import ClawKubernetes

/// Which changes of an object ask for a reconcile.
///
///     controller.reconciles(Site.self, when: .generationChanged || .annotationsChanged)
///
/// An object that appears, that is to go or that has gone always does.
public struct ChangePredicate<R: Resource>: Sendable {
    let holds: @Sendable (_ old: R, _ new: R) -> Bool

    public init(_ holds: @escaping @Sendable (_ old: R, _ new: R) -> Bool) { self.holds = holds }

    func callAsFunction(_ change: ObjectCache<R>.Change) -> Bool {
        guard let old = change.old, let new = change.new, old.isBeingDeleted == new.isBeingDeleted else { return true }
        return holds(old, new)
    }

    public static var any: Self { Self { _, _ in true } }

    /// What is wanted has changed. A status is not what is wanted.
    public static var generationChanged: Self { Self { $0.metadata.generation != $1.metadata.generation } }

    public static var labelsChanged: Self { metadata("labels") }
    public static var annotationsChanged: Self { metadata("annotations") }
    public static var ownersChanged: Self { metadata("ownerReferences") }

    /// Another part of the document, such as `status`.
    public static func changed(_ field: String) -> Self { Self { $0.document[field] != $1.document[field] } }

    private static func metadata(_ name: String) -> Self {
        Self { $0.document[.metadata]?[name] != $1.document[.metadata]?[name] }
    }

    public static func || (a: Self, b: Self) -> Self { Self { a.holds($0, $1) || b.holds($0, $1) } }
    public static func && (a: Self, b: Self) -> Self { Self { a.holds($0, $1) && b.holds($0, $1) } }
    public static prefix func ! (a: Self) -> Self { Self { !a.holds($0, $1) } }
}
