public import ClawBase
import ClawDocuments
public import ClawKubernetes
import ClawModels

extension CustomResource {
    /// Makes the cluster serve the kind; writes only what differs. What a webhook entered for conversion stays. Several
    /// processes may do so at once. Returns when the kind is served, which takes a server a moment.
    /// - Throws: ``Finding`` with ``FindingCode/deadline`` where it is not served after half a minute, for instance
    ///   because another definition has its names.
    public static func install(in api: some KubernetesAPI, time: some TimeSource = .system) async throws {
        let definition = definition
        if let live = try await present(definition, api) { try await change(live, to: definition, api) }
        try await untilServed(api, time)
    }

    /// The definition as it was already there; nil where it has been made.
    private static func present(
        _ definition: CustomResourceDefinition, _ api: some KubernetesAPI
    ) async throws -> CustomResourceDefinition? {
        if let live = try await api.find(CustomResourceDefinition.self, definition.name) { return live }
        do {
            _ = try await api.create(definition)
            return nil
        } catch let error as KubernetesError where error.isAlreadyExists {
            // Another process was quicker.
            return try await api.get(CustomResourceDefinition.self, definition.name)
        }
    }

    private static func change(
        _ live: CustomResourceDefinition, to definition: CustomResourceDefinition, _ api: some KubernetesAPI
    ) async throws {
        let (wanted, found) = (definition.document[.spec]?.object ?? [:], live.document[.spec]?.object ?? [:])
        guard wanted.contains(where: { found[$0.name] != $0.value }) else { return }
        _ = try await api.mergePatch(
            CustomResourceDefinition.self, definition.name, ["spec": .object(wanted)])
    }

    /// A definition is accepted first and served a little later; until then its path is unknown, for which a watch would
    /// give up. Its condition `Established` would say so too, but not where nobody writes it.
    private static func untilServed(_ api: some KubernetesAPI, _ time: some TimeSource) async throws {
        let end = time.now + .seconds(30)
        let backoff = Backoff(initial: .milliseconds(50), cap: .seconds(1))
        var failures = 0
        while true {
            do {
                for try await _ in api.pages(Self.self, pageSize: 1) { break }
                return
            } catch let error as KubernetesError where error.code == 403 {
                // Who may not list it cannot ask.
                return
            } catch let error as KubernetesError where error.isNotFound {
                failures += 1
                guard time.now < end else { throw try await notServed(api) }
                try await time.sleep(for: backoff.delay(afterFailures: failures))
            }
        }
    }

    private static func notServed(_ api: some KubernetesAPI) async throws -> Finding {
        let name = definition.name
        let live = try await api.find(CustomResourceDefinition.self, name)
        let reasons = (live?.status?.conditions ?? []).filter { $0.status == "False" }.compactMap(\.message)
        let why = reasons.isEmpty ? "its status does not say why" : reasons.joined(separator: "; ")
        return Finding(
            .deadline, "The definition \(name) is there, but its kind is not served: \(why).", field: "spec.names")
    }
}
