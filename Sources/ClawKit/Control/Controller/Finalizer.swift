public import ClawBase
import ClawDocuments
public import ClawKubernetes
import ClawModels
import Logging
import Synchronization

/// How far the clean-up of an object has come.
public enum CleanUp: Sendable, Hashable {
    /// The object may go.
    case done
    /// It is asked again, at the latest after this time.
    case again(after: Duration)
}

extension Controller {
    /// Has `cleanUp` done before an object of this kind goes: what no garbage collection removes, outside the cluster say.
    ///
    /// The finalizer is entered before the first reconcile of an object, and taken away once `cleanUp` says
    /// ``CleanUp/done``. A deletion never waits longer than `limit`: then the finalizer is taken away although the
    /// clean-up has not ended, which is logged as an error.
    /// <https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/>
    /// - Parameter finalizer: a qualified name, `example.dev/bucket`.
    @discardableResult
    public func finalizes<R: Resource>(
        _ type: R.Type, _ finalizer: String, in scope: CacheScope = .all, within limit: Duration = .minutes(10),
        _ cleanUp: @escaping @Sendable (R, ReconcileContext) async throws -> CleanUp
    ) -> Self {
        let step = Finalizer(name: finalizer, cache: caches.cache(R.self, in: scope), limit: limit, cleanUp: cleanUp)
        sources.withLock { $0.steps.append { try await step.run($0) } }
        return needs(Permission(["patch"], R.type, in: scope.namespace))
    }
}

private struct Finalizer<R: Resource>: Sendable {
    let name: String
    let cache: ObjectCache<R>
    let limit: Duration
    let cleanUp: @Sendable (R, ReconcileContext) async throws -> CleanUp

    /// nil: the reconcile goes on.
    func run(_ context: ReconcileContext) async throws -> Reconciled? {
        guard let object = cache[context.key] else { return nil }
        let isHeld = object.metadata.finalizers.contains(name)
        guard object.isBeingDeleted else {
            if !isHeld { try await write(object.metadata.finalizers + [name], object, context) }
            return nil
        }
        guard isHeld else { return nil }
        let end = (object.metadata.deletedAt ?? context.time.now) + limit
        if context.time.now >= end {
            context.logger.error(
                "An object goes although its clean-up has not ended: it took too long.",
                metadata: ["finalizer": "\(name)", "limit": "\(limit)"])
        } else if case .again(let delay) = try await cleanUp(object, context) {
            return .again(after: min(delay, max(.zero, end - context.time.now)))
        }
        try await write(object.metadata.finalizers.filter { $0 != name }, object, context)
        return .settled
    }

    /// Only where nobody has changed the object meanwhile: the list is written as a whole.
    private func write(_ finalizers: [String], _ object: R, _ context: ReconcileContext) async throws {
        let metadata: JSON = [
            "finalizers": .array(finalizers.map { .string($0) }),
            "resourceVersion": object.resourceVersion.map { .string($0) } ?? .null,
            "uid": object.uid.map { .string($0) } ?? .null,
        ]
        do {
            _ = try await context.api.mergePatch(R.self, object.name, in: object.namespace, ["metadata": metadata])
        } catch let error as KubernetesError where error.isNotFound {
            // Gone, which is what was wanted.
        }
    }
}

extension ObjectMeta {
    fileprivate var deletedAt: Timestamp? { deletionTimestamp.flatMap { Timestamp(rfc3339: $0) } }
}
