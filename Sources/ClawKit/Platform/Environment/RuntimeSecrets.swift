import ClawBase
import ClawControl
import ClawResources
import Logging
import Synchronization

/// The secrets of runtimes' environments, kept up with their sources.
final class RuntimeSecrets: Sendable {
    private let values: SourcedValues
    private let caches: SharedCaches
    private let digest = Mutex<ValueDigest?>(nil)

    init(_ source: any ValueSource, _ caches: SharedCaches, _ logger: Logger) {
        values = SourcedValues(source, time: caches.time, logger: logger)
        self.caches = caches
    }

    func delivery(for runtime: Runtime, _ context: RuntimeContext) async -> Result<EnvironmentDelivery, Finding> {
        let key = ObjectKey(runtime)
        let environment = RuntimeEnvironment(of: runtime, context)
        let references = environment.references
        guard !references.isEmpty, runtime.spec.desiredState == .running, !runtime.isBeingDeleted else {
            // Nobody asks in vain for what nobody uses.
            values.forget(key)
            return .success(EnvironmentDelivery())
        }
        do {
            let found = try await values.values(of: references, for: key, refresh: environment.refresh)
            return .success(EnvironmentDelivery(values: found, digest: try await keyed()(found, of: runtime.uid ?? "")))
        } catch let finding as Finding {
            return .failure(finding)
        } catch {
            return .failure(Finding(.secretUnavailable, "The key of the digests cannot be read now; it is tried again."))
        }
    }

    func forget(_ runtime: ObjectKey) { values.forget(runtime) }

    func run(changed: @Sendable ([ObjectKey]) -> Void) async throws { try await values.run(changed: changed) }

    private func keyed() async throws -> ValueDigest {
        if let known = digest.withLock({ $0 }) { return known }
        let made = ValueDigest(key: try await PlatformSettings.digestKey(in: caches.api))
        digest.withLock { $0 = made }
        return made
    }
}
