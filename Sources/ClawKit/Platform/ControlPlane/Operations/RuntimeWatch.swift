import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawResources

/// Waits until a runtime is as an operation wants it.
final class RuntimeWatch: Sendable {
    private let api: any KubernetesAPI
    private let runtimes: ObjectCache<Runtime>
    private let represent: @Sendable (Runtime) -> JSON
    private let news = KeyedSignals<ObjectKey>()

    init(api: any KubernetesAPI, caches: SharedCaches, represent: @escaping @Sendable (Runtime) -> JSON) {
        (self.api, self.represent) = (api, represent)
        runtimes = caches.cache(Runtime.self)
        runtimes.onChange { [news] change in change.object.map { news.raise(ObjectKey($0)) } }
    }

    /// - Returns: the runtime as people are shown it; nil where it is gone, as wished.
    /// - Throws: ``StepRefusal`` where it will not come about, ``KubernetesError``, `CancellationError`.
    func wait(_ context: StepContext<RuntimeParameters>) async throws -> JSON? {
        let operation = context.operation
        guard let (project, name) = RuntimeTarget.parse(operation.target) else {
            throw StepRefusal(Finding(.internalError, "Operation \(operation.id) is none on a runtime."))
        }
        let key = ObjectKey(namespace: project, name: name)
        return try await news.listening(to: key) { try await wait(context, key, $0) }
    }

    private func wait(_ context: StepContext<RuntimeParameters>, _ key: ObjectKey, _ news: Signal) async throws -> JSON? {
        let operation = context.operation
        while true {
            var runtime = runtimes[key]
            var progress = RuntimeProgress.of(operation, runtime)
            if !progress.isUnderWay {
                // The cache may still show the time before the wish; only the server's word ends an operation.
                runtime = try await api.find(Runtime.self, key.name, in: key.namespace)
                progress = RuntimeProgress.of(operation, runtime)
            }
            switch progress {
            case .reached: return operation.verb == .delete ? nil : runtime.map(represent)
            case .failed(let failure): throw StepRefusal(Finding(failure.code, failure.message))
            case .underWay(let message): await context.report(message)
            }
            try await news.wait()
        }
    }
}
