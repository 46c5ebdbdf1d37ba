import ClawBase
import ClawKubernetes
import ClawModels
import Testing

@testable import ClawCluster

@Suite("Endpoints of Services")
struct EndpointTests {
    private static func service(_ change: (inout ServiceSpec) -> Void = { _ in }) -> Service {
        var spec = ServiceSpec(
            ports: [ServicePort(port: 80, name: "http", targetPort: .string("web"))], selector: ["app": "web"])
        change(&spec)
        return Service(metadata: ObjectMeta(name: "web", namespace: "default", labels: ["team": "a"]), spec: spec)
    }

    private func addPod(_ client: KubernetesClient, _ name: String, ip: String, port: Int = 8080) async throws {
        if try await client.find(Node.self, "n") == nil {
            _ = try await client.create(
                Node(metadata: ObjectMeta(name: "n", labels: ["topology.kubernetes.io/zone": "z"])))
        }
        let pod = try await client.create(
            Pod(
                metadata: ObjectMeta(name: name, namespace: "default", labels: ["app": "web"]),
                spec: PodSpec(
                    containers: [
                        Container(name: "c", image: "i", ports: [ContainerPort(containerPort: port, name: "web")])
                    ], nodeName: "n")))
        try await client.move(pod, to: "Running", isReady: true)
        _ = try await client.mergePatch(
            Pod.self, name, in: "default", subresource: "status",
            ["status": ["podIP": .string(ip), "podIPs": [["ip": .string(ip)]]]])
    }

    private func slices(
        _ client: KubernetesClient, _ isWanted: @escaping @Sendable ([EndpointSlice]) -> Bool
    ) async throws -> [EndpointSlice] {
        try await client.waitForAll(EndpointSlice.self, labels: ["kubernetes.io/service-name": "web"], isWanted)
    }

    @Test("a pod of a process node is reached at the port its node chose, by name and by number")
    func chosenPorts() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(
                Self.service { $0.ports.append(ServicePort(port: 8080, name: "plain")) })
            try await addPod(client, "a", ip: "10.0.0.1")
            _ = try await client.edit(Pod.self, "a", in: "default") {
                $0.annotations[PodEndpoint.portAnnotation] = #"{"web":40543}"#
            }
            _ = try await slices(client) { slices in
                slices.flatMap(\.ports).compactMap(\.port) == [40543, 40543] && slices.flatMap(\.endpoints).count == 1
            }
        }
    }

    @Test("a pod is ready, serving or terminating; named ports are looked up in each pod, and different ones kept apart")
    func conditions() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(Self.service())
            _ = try await slices(client) { $0.count == 1 && $0[0].endpoints.isEmpty }
            try await addPod(client, "a", ip: "10.0.0.1")
            try await addPod(client, "b", ip: "10.0.0.2", port: 9090)
            let two = try await slices(client) { $0.flatMap(\.endpoints).count == 2 }
            #expect(Set(two.flatMap(\.ports).compactMap(\.port)) == [8080, 9090])
            #expect(two.flatMap(\.endpoints).allSatisfy { $0.zone == "z" && $0.nodeName == "n" && $0.hints == nil })
            #expect(two.allSatisfy { $0.labels["team"] == "a" })
            _ = try await client.edit(Pod.self, "a", in: "default") { $0.metadata.finalizers = ["test.dev/hold"] }
            try await client.delete(Pod.self, "a", in: "default")
            let going = try await slices(client) { slices in
                slices.flatMap(\.endpoints).contains { $0.conditions?.terminating == true }
            }
            let gone = going.flatMap(\.endpoints).first { $0.conditions?.terminating == true }
            #expect(gone?.conditions == EndpointConditions(ready: false, serving: true, terminating: true))
            // The older form has only those that stay.
            let endpoints = try await client.waitFor(Endpoints.self, "web", in: "default") {
                $0.subsets.flatMap(\.addresses).map(\.ip) == ["10.0.0.2"]
            }
            #expect(endpoints.labels["endpoints.kubernetes.io/managed-by"] == "endpoint-controller")
            try await cluster.clock.settle()
            let version = try await client.list(EndpointSlice.self, in: "default").items.map(\.resourceVersion)
            _ = try await client.edit(Pod.self, "b", in: "default") { $0.annotations["note"] = "one" }
            try await cluster.clock.settle()
            #expect(try await client.list(EndpointSlice.self, in: "default").items.map(\.resourceVersion) == version)
            try await client.delete(Service.self, "web", in: "default")
            try await client.waitUntilGone(Endpoints.self, "web", in: "default")
            _ = try await slices(client) { $0.isEmpty }
        }
    }

    @Test("what publishes its pods before they are ready says they are; headless Services are labelled")
    func headless() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(
                Self.service {
                    ($0.clusterIP, $0.publishNotReadyAddresses, $0.ports) = ("None", true, [])
                })
            try await addPod(client, "a", ip: "10.0.0.1")
            try await client.move(try await client.get(Pod.self, "a", in: "default"), to: "Running", isReady: false)
            let slice = try await slices(client) { $0.first?.endpoints.first?.conditions?.serving == false }[0]
            #expect(slice.endpoints.first?.conditions?.ready == true && slice.ports.isEmpty)
            #expect(slice.labels["service.kubernetes.io/headless"] == "")
            let endpoints = try await client.waitFor(Endpoints.self, "web", in: "default") { !$0.subsets.isEmpty }
            #expect(endpoints.subsets.first?.addresses.map(\.ip) == ["10.0.0.1"])
        }
    }

    @Test("Endpoints kept by hand are copied, as long as the Service has no selector")
    func mirror() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            _ = try await client.create(Self.service { $0.selector = [:] })
            _ = try await client.create(
                Endpoints(
                    metadata: ObjectMeta(name: "web", namespace: "default"),
                    subsets: [
                        EndpointSubset(
                            addresses: [EndpointAddress(ip: "192.0.2.1"), EndpointAddress(ip: "2001:db8::1")],
                            ports: [EndpointPort(port: 443, name: "tls")])
                    ]))
            let copies = try await slices(client) { $0.count == 2 }
            #expect(Set(copies.map(\.addressType)) == ["IPv4", "IPv6"])
            #expect(
                copies.allSatisfy {
                    $0.labels["endpointslice.kubernetes.io/managed-by"] == "endpointslicemirroring-controller.k8s.io"
                })
            try await client.delete(Endpoints.self, "web", in: "default")
            _ = try await slices(client) { $0.isEmpty }
        }
    }

    @Test("slices hold a hundred endpoints; few changes touch few slices", arguments: [1, 99, 100, 101, 350])
    func distribution(count: Int) {
        func endpoint(_ number: Int, isReady: Bool = true) -> Endpoint {
            Endpoint(
                addresses: ["10.0.\(number / 250).\(number % 250)"], conditions: EndpointConditions(ready: isReady),
                targetRef: ObjectReference(uid: "\(number)"))
        }
        let ports = [DiscoveryEndpointPort(name: "", port: 80)]
        let model = EndpointSlice(addressType: "IPv4")
        var all = (0..<count).map { endpoint($0) }
        let first = SlicePlan([.init(ports: ports, endpoints: all)], model: model, existing: [])
        #expect(first.created.count == (count + 99) / 100 && first.updated.isEmpty && first.deleted.isEmpty)
        let existing = first.created.enumerated().map { place, slice in
            var slice = slice
            slice.metadata.name = "s-\(place)"
            return slice
        }
        let same = SlicePlan([.init(ports: ports, endpoints: all.reversed())], model: model, existing: existing)
        #expect(same.created.isEmpty && same.updated.isEmpty && same.deleted.isEmpty)
        all[0] = endpoint(0, isReady: false)
        let one = SlicePlan([.init(ports: ports, endpoints: all)], model: model, existing: existing)
        #expect(one.created.isEmpty && one.updated.count == 1 && one.deleted.isEmpty)
        let none = SlicePlan([], model: model, existing: existing)
        #expect(none.deleted.count == existing.count && none.created.count == 1)
    }

    @Test("the empty slice of a Service without pods becomes that of its first pod, and back")
    func placeholder() {
        var model = EndpointSlice(addressType: "IPv4")
        model.metadata.ownerReferences = [OwnerReference(apiVersion: "v1", kind: "Service", name: "web", uid: "1")]
        var existing = SlicePlan([], model: model, existing: []).created
        existing[0].metadata.name = "s-1"
        let ports = [DiscoveryEndpointPort(name: "", port: 80)]
        let endpoint = Endpoint(addresses: ["10.0.0.1"], targetRef: ObjectReference(uid: "p"))
        let first = SlicePlan([.init(ports: ports, endpoints: [endpoint])], model: model, existing: existing)
        #expect(first.updated.map(\.name) == ["s-1"] && first.created.isEmpty && first.deleted.isEmpty)
        #expect(first.updated.first?.ports == ports && first.updated.first?.endpoints == [endpoint])
        let last = SlicePlan([], model: model, existing: first.updated)
        #expect(last.updated.map(\.name) == ["s-1"] && last.created.isEmpty && last.deleted.isEmpty)
        #expect(last.updated.first?.endpoints.isEmpty ?? false)
    }
}
