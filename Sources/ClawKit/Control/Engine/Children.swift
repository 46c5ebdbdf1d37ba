import ClawBase
import ClawKubernetes

/// How far the children of an object could be made.
struct ChildProgress: Sendable {
    private(set) var failures: [Observed.Failure] = []
    /// The first that went wrong.
    private(set) var error: (any Error)?

    mutating func note(_ error: any Error) { self.error = self.error ?? error }

    mutating func note(_ error: any Error, of object: any Resource) {
        note(error)
        let kind = object.resourceType.kind
        switch error {
        case let finding as Finding: failures.append(.init(kind: kind, name: object.name, finding: finding))
        case let error as KubernetesError where (400..<500).contains(error.code) && ![409, 429].contains(error.code):
            let finding = Finding(
                .childRefused, "The cluster refused \(kind) \(object.name): \(error.message)")
            failures.append(.init(kind: kind, name: object.name, finding: finding))
        // Passes by itself, or is no fault of the object's.
        default: break
        }
    }
}

/// The children of a kind's objects.
struct Children: Sendable {
    let stores: [any ChildStore]

    /// - Parameter unread: the kinds whose status nobody looks at.
    init(
        _ types: [any Resource.Type], unread: [any Resource.Type], manager: String, caches: SharedCaches
    ) {
        let unread = Set(unread.map { ObjectIdentifier($0) })
        stores = types.map { Self.store($0, manager, isStatusRead: !unread.contains(ObjectIdentifier($0)), caches) }
    }

    private static func store<R: Resource>(
        _ type: R.Type, _ manager: String, isStatusRead: Bool, _ caches: SharedCaches
    ) -> any ChildStore {
        TypedChildren<R>(manager: manager, isStatusRead: isStatusRead, caches: caches)
    }

    private func store(of object: any Resource) throws -> any ChildStore {
        let identifier = ObjectIdentifier(type(of: object))
        for store in stores where store.identifier == identifier { return store }
        throw Finding(
            .undeclaredChild, "\(type(of: object)) is desired and not among the kind's children; name it there.")
    }

    /// Applies what differs, stage by stage, then deletes what is no longer desired.
    /// - Throws: ``Finding`` with ``FindingCode/undeclaredChild``, `CancellationError`.
    func make(_ desired: [Child], of owner: ChildOwner, _ api: any KubernetesAPI) async throws -> ChildProgress {
        var progress = ChildProgress()
        var names: [ObjectIdentifier: Set<String>] = [:]
        for child in desired { names[try store(of: child.object).identifier, default: []].insert(child.object.name) }
        let stages = Dictionary(grouping: desired, by: \.stage).sorted { $0.key < $1.key }
        for (_, stage) in stages {
            for child in stage {
                do {
                    try await store(of: child.object).apply(child, owner, api)
                } catch {
                    try Task.checkCancellation()
                    progress.note(error, of: child.object)
                }
            }
            // What comes later may need what is missing; what is no longer desired may be all there is.
            if progress.error != nil { return progress }
        }
        for store in stores {
            do {
                try await store.prune(except: names[store.identifier] ?? [], owner, api)
            } catch {
                try Task.checkCancellation()
                progress.note(error)
            }
        }
        return progress
    }
}

extension FindingCode {
    /// The server refused one of the objects desired.
    public static let childRefused = FindingCode(rawValue: "E_CHILD_REFUSED")
    /// An object of the name is there, and belongs to somebody else.
    public static let childTaken = FindingCode(rawValue: "E_CHILD_TAKEN")
    /// A kind desires what it has not declared.
    public static let undeclaredChild = FindingCode(rawValue: "E_CHILD_UNDECLARED")
}
