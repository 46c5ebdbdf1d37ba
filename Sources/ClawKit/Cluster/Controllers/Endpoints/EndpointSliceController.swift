import ClawBase
import ClawControl
import ClawKubernetes
import ClawModels
import Logging

/// Lists the pods behind each Service in EndpointSlices.
/// <https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/>
struct EndpointSliceController: Sendable {
    private let services: ObjectCache<Service>
    private let nodes: ObjectCache<Node>
    private let pods: LabelIndex<Pod>
    private let writer: SliceWriter
    private let changes = ChangeTimes()
    private let time: any TimeSource

    init(_ client: KubernetesClient, _ caches: SharedCaches, _ lookups: PodLookups) {
        time = caches.time
        services = caches.cache(Service.self)
        nodes = caches.cache(Node.self)
        pods = lookups.byLabels
        writer = SliceWriter(client, caches, manager: EndpointNames.sliceController)
    }

    func controller(_ caches: SharedCaches, _ logger: Logger) -> Controller {
        let controller = Controller("endpoint-slices", caches: caches, logger: logger) { try await reconcile($0) }
            .reconciles(Service.self)
            .watches(EndpointSlice.self) { slice in
                guard slice.labels[EndpointNames.sliceManager] == EndpointNames.sliceController else { return [] }
                return [ObjectKey(namespace: slice.namespace ?? "", name: slice.labels[EndpointNames.service] ?? "")]
            }
            .watches(Pod.self) { _ in [] }
            .watches(Node.self) { _ in [] }
        let services = ServiceLookup(services)
        caches.cache(Pod.self).onChange { [weak controller] in controller?.ask(for: services.affected(by: $0)) }
        nodes.onChange { [weak controller] change in
            // Pods' nodes have to be known, and give their zone.
            guard (change.old == nil) != (change.new == nil) || change.old?.labels != change.new?.labels else { return }
            controller?.ask(for: services.all)
        }
        return controller
    }

    private func reconcile(_ key: ObjectKey) async throws -> Reconciled {
        let now = time.now
        guard let service = services[key], !service.isBeingDeleted, let members = service.members else {
            changes.forget(key)
            writer.forget(key)
            return .settled
        }
        if let wait = writer.wait(key, now: now) { return .again(after: wait) }
        let selected = pods.matching(members, in: key.namespace)
        var model = EndpointSlice(addressType: "", endpoints: [])
        model.metadata.generateName = "\(service.name)-"
        model.metadata.namespace = service.namespace
        model.metadata.ownerReferences = [OwnerReference(controlling: service)]
        model.labels = service.labelsForEndpoints
        model.labels[EndpointNames.service] = service.name
        model.labels[EndpointNames.sliceManager] = EndpointNames.sliceController
        if let change = changes.change(service, selected) {
            model.annotations[EndpointNames.lastChange] = change.rfc3339()
        }
        var plans: [SlicePlan] = []
        let existing = writer.existing(key)
        for family in service.addressFamilies {
            model.addressType = family
            plans.append(
                SlicePlan(
                    groups(service, selected, family), model: model, existing: existing.filter { $0.addressType == family }))
        }
        let others = existing.filter { !service.addressFamilies.contains($0.addressType) }
        return try await writer.carryOut(plans, deleting: others, for: key, now)
    }

    private func groups(_ service: Service, _ pods: [Pod], _ family: String) -> [SlicePlan.Group] {
        var groups: [SlicePlan.Group] = []
        for pod in pods {
            guard let endpoint = endpoint(of: pod, service, family) else { continue }
            let ports = service.ports(of: pod)
            if let place = groups.firstIndex(where: { $0.ports == ports }) {
                groups[place].endpoints.append(endpoint)
            } else {
                groups.append(SlicePlan.Group(ports: ports, endpoints: [endpoint]))
            }
        }
        return groups
    }

    private func endpoint(of pod: Pod, _ service: Service, _ family: String) -> Endpoint? {
        let addresses = pod.addresses(family)
        // Only pods on nodes that are known can be reached.
        guard !pod.hasEnded, !addresses.isEmpty, let node = nodes.get(pod.spec?.nodeName ?? "") else { return nil }
        let (isServing, isTerminating) = (pod.isReady, pod.isBeingDeleted)
        let isReady = service.spec?.publishNotReadyAddresses == true || (isServing && !isTerminating)
        let zone = node.labels[EndpointNames.zone]
        var endpoint = Endpoint(
            addresses: Array(addresses.prefix(1)),
            conditions: EndpointConditions(ready: isReady, serving: isServing, terminating: isTerminating),
            hostname: pod.hostname(under: service), nodeName: pod.spec?.nodeName, targetRef: pod.reference, zone: zone)
        switch service.spec?.trafficDistribution {
        case "PreferClose", "PreferSameZone":
            if isReady, let zone { endpoint.hints = EndpointHints(forZones: [ForZone(name: zone)]) }
        case "PreferSameNode":
            if isReady {
                endpoint.hints = EndpointHints(
                    forNodes: [ForNode(name: node.name)], forZones: zone.map { [ForZone(name: $0)] } ?? [])
            }
        default: break
        }
        return endpoint
    }
}
