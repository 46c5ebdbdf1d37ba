import ClawBase
import ClawControl
import ClawDocuments
import ClawKubernetes
import ClawModels
import ClawResources
import Synchronization

/// Plays the runtimes' controller: brings every runtime where it is wanted, or fails it, or does nothing, as told.
final class RuntimeActor: Sendable {
    enum Manner: Sendable {
        case obey
        case ignore
        case fail(code: String, message: String)
    }

    private let manner = Mutex(Manner.obey)
    private let own = Mutex<Controller?>(nil)
    private let caches: SharedCaches
    private let api: any KubernetesAPI
    /// The port every pod says it listens on.
    static let port = 18789

    init(_ api: any KubernetesAPI, _ caches: SharedCaches) {
        (self.api, self.caches) = (api, caches)
        let runtimes = caches.cache(Runtime.self)
        let controller = Controller("actor", caches: caches, logger: silent) { [weak self] key in
            guard let self, let runtime = runtimes[key] else { return .settled }
            try await play(runtime)
            return .settled
        }
        controller.reconciles(Runtime.self)
        own.withLock { $0 = controller }
    }

    var controller: Controller { own.withLock { $0! } }

    /// Changes the manner, and plays all runtimes anew by it.
    func behave(_ new: Manner) {
        manner.withLock { $0 = new }
        for runtime in caches.cache(Runtime.self).all { controller.ask(for: ObjectKey(runtime)) }
    }

    private func play(_ runtime: Runtime) async throws {
        var changed = runtime
        changed.status.observedGeneration = runtime.metadata.generation ?? 0
        changed.status.observedRequest = runtime.request
        switch manner.withLock({ $0 }) {
        case .ignore: return
        case .fail(let code, let message):
            changed.status.phase = .failed
            changed.status.lastError = (code, message)
        case .obey:
            changed.status.lastError = nil
            switch runtime.spec.desiredState {
            case .running:
                try await ensurePod(runtime)
                changed.status.phase = .ready
            case .suspended, .stopped:
                try await api.deleteIfPresent(Pod.self, runtime.name, in: runtime.namespace)
                changed.status.phase = runtime.spec.desiredState == .suspended ? .suspended : .stopped
            }
        }
        guard changed != runtime else { return }
        do { _ = try await api.replaceStatus(changed) } catch let error as KubernetesError
            where error.isConflict || error.isNotFound
        {}
    }

    /// The pod, ready, and the Secret with the token `gw-1`.
    private func ensurePod(_ runtime: Runtime) async throws {
        let metadata = ObjectMeta(
            name: runtime.name, namespace: runtime.namespace, ownerReferences: [OwnerReference(controlling: runtime)])
        guard try await api.find(Pod.self, runtime.name, in: runtime.namespace) == nil else { return }
        var secret = KubernetesSecret(metadata: metadata)
        secret.metadata.name = "\(runtime.name)-runtime"
        secret.data = ["OPENCLAW_GATEWAY_TOKEN": Base64.encode(Array("gw-1".utf8))]
        do { _ = try await api.create(secret) } catch let error as KubernetesError where error.isAlreadyExists {}
        let container = Container(name: "runtime", image: "runtime", ports: [ContainerPort(containerPort: Self.port, name: "http")])
        var pod = try await api.create(Pod(metadata: metadata, spec: PodSpec(containers: [container])))
        pod.status = PodStatus(
            conditions: [PodCondition(type: "Ready", status: "True")], phase: "Running", podIP: "10.0.0.7")
        _ = try await api.replaceStatus(pod)
    }
}
