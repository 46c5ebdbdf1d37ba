import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// A program with a controller that copies `data.value` of each ConfigMap labelled `work=yes` into its annotation `done`,
/// and its own identity into `by`. What it begins and ends it says on stdout, with the machine's uptime in nanoseconds.
func runReplica(
    _ identity: String, in namespace: String, sharing: Bool, lease: Duration, renew: Duration, retry: Duration,
    _ client: KubernetesClient
) async throws {
    let logger = Logger(label: identity) { StreamLogHandler.standardError(label: $0) }
    let options = ElectionOptions(leaseDuration: lease, renewDeadline: renew, retryPeriod: retry)
    let manager =
        if sharing {
            ControllerManager(
                client,
                sharding: try Sharding(
                    group: "work", in: namespace, identity: identity, api: client, options: options, logger: logger),
                logger: logger)
        } else {
            ControllerManager(
                client,
                election: try LeaderElection(
                    lease: "work", in: namespace, identity: identity, api: client, options: options, logger: logger),
                logger: logger)
        }
    let scope = CacheScope(namespace: namespace, matching: Selection(labels: ["work": "yes"]))
    manager.add(
        Controller(for: ConfigMap.self, name: "work", in: scope, caches: manager.caches, logger: logger) { map, context in
            guard let value = map.data["value"], map.annotations["done"] != value else { return .settled }
            say("begin", map)
            if let pause = map.data["pause-\(identity)"].flatMap({ Int($0) }) {
                // Work that does not heed that it has been cancelled: only the fence keeps its write back.
                try? await context.time.sleep(for: .milliseconds(pause))
            }
            do {
                _ = try await context.api.mergePatch(
                    ConfigMap.self, map.name, in: namespace,
                    ["metadata": ["annotations": ["done": .string(value), "by": .string(identity)]]])
            } catch {
                say("refused", map)
                throw error
            }
            say("end", map)
            return .settled
        })
    try await ServiceGroup(services: [manager], gracefulShutdownSignals: [.sigterm], logger: logger).run()
}

/// One line, at once and whole.
private func say(_ what: String, _ map: ConfigMap) {
    let line = "\(what) \(map.name) \(DispatchTime.now().uptimeNanoseconds)\n"
    FileHandle.standardOutput.write(Data(line.utf8))
}
