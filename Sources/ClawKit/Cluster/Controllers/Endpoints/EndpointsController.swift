import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Lists the pods behind each Service in an Endpoints object of its name, for those who still read these.
/// <https://kubernetes.io/docs/concepts/services-networking/service/#endpoints>
struct EndpointsController: Sendable {
    private static let mostAddresses = 1000

    private let client: KubernetesClient
    private let services: ObjectCache<Service>
    private let endpoints: ObjectCache<Endpoints>
    private let pending: PendingWrites<Endpoints>
    private let pods: LabelIndex<Pod>
    private let changes = ChangeTimes()
    private let events: ControllerEvents
    private let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches, _ lookups: PodLookups) {
        self.client = client
        time = caches.time
        services = caches.cache(Service.self)
        endpoints = caches.cache(Endpoints.self)
        pending = PendingWrites(endpoints)
        pods = lookups.byLabels
        events = ControllerEvents(client, "endpoint-controller", time: caches.time)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        let controller = Controller("endpoints", caches: caches, logger: logger) { key in
            do {
                return try await reconcile(key)
            } catch let error as KubernetesError where error.isConflict || error.isNotFound || error.isAlreadyExists {
                return .again(after: .milliseconds(20))
            }
        }
        .reconciles(Service.self)
        .watches(Endpoints.self) { $0.isAutomatic ? [ObjectKey($0)] : [] }
        .watches(Pod.self) { _ in [] }
        let services = ServiceLookup(services)
        caches.cache(Pod.self).onChange { [weak controller] in controller?.ask(for: services.affected(by: $0)) }
        return controller
    }

    private func reconcile(_ key: ObjectKey) async throws -> Reconciled {
        let now = time.now
        if let wait = pending.wait(key, now: now) { return .again(after: wait) }
        let present = endpoints[key]
        guard let service = services[key] else {
            changes.forget(key)
            // Those of a Service without selector are for others to delete.
            if let present, present.isAutomatic, !present.isBeingDeleted {
                try await client.deleteIfPresent(Endpoints.self, key.name, in: key.namespace, uid: present.uid)
            }
            return .settled
        }
        guard let members = service.members, !service.isBeingDeleted else { return .settled }
        let selected = pods.matching(members, in: key.namespace)
        var wanted = present ?? Endpoints(metadata: ObjectMeta(name: key.name, namespace: key.namespace))
        let (subsets, isTruncated) = subsets(service, selected)
        wanted.subsets = subsets
        wanted.labels = service.labelsForEndpoints
        wanted.labels[EndpointNames.manager] = EndpointNames.endpointsController
        wanted.annotations[EndpointNames.overCapacity] = isTruncated ? "truncated" : nil
        let change = changes.change(service, selected)
        guard present.map({ $0.subsets != wanted.subsets || $0.labels != wanted.labels }) ?? true else { return .settled }
        wanted.annotations[EndpointNames.lastChange] = change?.rfc3339()
        do {
            if present == nil {
                pending.didMake(try await client.create(wanted), for: key, now: now)
            } else {
                pending.didChange(try await client.replace(wanted), of: key, now: now)
            }
        } catch let error as KubernetesError where error.causes.contains(where: { $0.reason == "NamespaceTerminating" }) {
            return .settled
        }
        return .settled
    }

    /// Addresses grouped by the ports they have in common.
    private func subsets(_ service: Service, _ pods: [Pod]) -> (subsets: [EndpointSubset], isTruncated: Bool) {
        let isPublished = service.spec?.publishNotReadyAddresses == true
        let family = service.addressFamilies[0]
        var groups: [(ports: [EndpointPort], ready: [EndpointAddress], unready: [EndpointAddress])] = []
        var (count, isTruncated) = (0, false)
        for pod in pods {
            guard !pod.hasEnded, isPublished || !pod.isBeingDeleted, let ip = pod.addresses(family).first else { continue }
            guard count < Self.mostAddresses else {
                isTruncated = true
                break
            }
            let ports = service.ports(of: pod).map {
                EndpointPort(
                    port: $0.port ?? 0, name: $0.name.flatMap { $0.isEmpty ? nil : $0 }, appProtocol: $0.appProtocol,
                    protocol: $0.protocol)
            }
            if ports.isEmpty, !(service.isHeadless && (service.spec?.ports ?? []).isEmpty) { continue }
            count += 1
            let address = EndpointAddress(
                ip: ip, hostname: pod.hostname(under: service), nodeName: pod.spec?.nodeName, targetRef: pod.reference)
            let place = groups.firstIndex { $0.ports == ports } ?? groups.endIndex
            if place == groups.endIndex { groups.append((ports, [], [])) }
            if isPublished || pod.isReady { groups[place].ready.append(address) } else { groups[place].unready.append(address) }
        }
        return (
            groups.map {
                EndpointSubset(
                    addresses: $0.ready.sorted { $0.ip < $1.ip }, notReadyAddresses: $0.unready.sorted { $0.ip < $1.ip },
                    ports: $0.ports)
            }, isTruncated
        )
    }
}

extension Endpoints {
    /// Kept by the controller for a Service with a selector.
    var isAutomatic: Bool { labels[EndpointNames.manager] == EndpointNames.endpointsController }
}
