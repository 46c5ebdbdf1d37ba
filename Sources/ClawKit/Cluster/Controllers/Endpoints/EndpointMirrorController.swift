import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Copies Endpoints that somebody keeps by hand, for a Service without selector, into EndpointSlices.
/// <https://kubernetes.io/docs/concepts/services-networking/service/#endpointslice-mirroring>
struct EndpointMirrorController: Sendable {
    private static let mostAddresses = 1000

    private let services: ObjectCache<Service>
    private let endpoints: ObjectCache<Endpoints>
    private let writer: SliceWriter
    private let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches) {
        time = caches.time
        services = caches.cache(Service.self)
        endpoints = caches.cache(Endpoints.self)
        writer = SliceWriter(client, caches, manager: EndpointNames.mirrorController)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        Controller("endpoint-mirror", caches: caches, logger: logger) { try await reconcile($0) }
            .reconciles(Endpoints.self)
            .reconciles(Service.self)
            .watches(EndpointSlice.self) { slice in
                guard slice.labels[EndpointNames.sliceManager] == EndpointNames.mirrorController else { return [] }
                return [ObjectKey(namespace: slice.namespace ?? "", name: slice.labels[EndpointNames.service] ?? "")]
            }
    }

    private func reconcile(_ key: ObjectKey) async throws -> Reconciled {
        let now = time.now
        if let wait = writer.wait(key, now: now) { return .again(after: wait) }
        let existing = writer.existing(key)
        guard let source = endpoints[key], source.isToMirror, let service = services[key], !service.isBeingDeleted,
            (service.spec?.selector ?? [:]).isEmpty
        else {
            return existing.isEmpty ? .settled : try await writer.carryOut([], deleting: existing, for: key, now)
        }
        var model = EndpointSlice(addressType: "", endpoints: [])
        model.metadata.generateName = "\(source.name)-"
        model.metadata.namespace = source.namespace
        model.metadata.ownerReferences = [OwnerReference(controlling: source)]
        model.labels = source.labels
        model.labels[EndpointNames.service] = source.name
        model.labels[EndpointNames.sliceManager] = EndpointNames.mirrorController
        model.annotations = source.annotations.filter {
            $0.key != "kubectl.kubernetes.io/last-applied-configuration"
        }
        var plans: [SlicePlan] = []
        var families: [String] = []
        for family in ["IPv4", "IPv6"] {
            let groups = groups(source, family)
            guard groups.contains(where: { !$0.endpoints.isEmpty }) else { continue }
            families.append(family)
            model.addressType = family
            plans.append(
                SlicePlan(
                    groups, model: model, existing: existing.filter { $0.addressType == family },
                    mostEndpoints: Self.mostAddresses))
        }
        return try await writer.carryOut(
            plans, deleting: existing.filter { !families.contains($0.addressType) }, for: key, now)
    }

    private func groups(_ source: Endpoints, _ family: String) -> [SlicePlan.Group] {
        source.subsets.map { subset in
            func endpoints(_ addresses: [EndpointAddress], isReady: Bool) -> [Endpoint] {
                addresses.filter { $0.ip.contains(":") == (family == "IPv6") }.map {
                    Endpoint(
                        addresses: [$0.ip], conditions: EndpointConditions(ready: isReady), hostname: $0.hostname,
                        nodeName: $0.nodeName, targetRef: $0.targetRef)
                }
            }
            let all = endpoints(subset.addresses, isReady: true) + endpoints(subset.notReadyAddresses, isReady: false)
            return SlicePlan.Group(
                ports: subset.ports.map {
                    DiscoveryEndpointPort(
                        name: $0.name ?? "", appProtocol: $0.appProtocol, port: $0.port, protocol: $0.protocol ?? "TCP")
                }, endpoints: Array(all.prefix(Self.mostAddresses)))
        }
    }
}

extension Endpoints {
    fileprivate var isToMirror: Bool {
        labels[EndpointNames.skipMirror] != "true" && annotations[EndpointNames.leader] == nil && !isBeingDeleted
            && !isAutomatic
    }
}
