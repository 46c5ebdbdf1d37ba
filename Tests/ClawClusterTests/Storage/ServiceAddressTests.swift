import ClawBase
import ClawKubernetes
import ClawModels
import ClawSchemas
import Foundation
import Testing

@testable import ClawCluster

@Suite("Addresses and node ports of services")
struct ServiceAddressTests {
    private static func service(
        _ name: String, type: String = "ClusterIP", address: String? = nil, nodePort: Int? = nil
    ) -> Service {
        var spec = ServiceSpec(ports: [ServicePort(port: 80, nodePort: nodePort)], type: type)
        spec.clusterIP = address
        return Service(metadata: ObjectMeta(name: name, namespace: "default"), spec: spec)
    }

    private func message(_ body: () async throws -> Void) async throws -> String {
        do {
            try await body()
            return ""
        } catch let error as KubernetesError {
            return error.message
        }
    }

    @Test("an address that somebody has is refused, and given again once he is gone")
    func released() async throws {
        try await withCluster(controllers: []) { cluster in
            let api = cluster.client
            _ = try await api.create(Self.service("a", address: "10.96.0.17"))
            let refusal = try await message { _ = try await api.create(Self.service("b", address: "10.96.0.17")) }
            #expect(refusal.contains("failed to allocate IP 10.96.0.17: provided IP is already allocated"))
            try await api.delete(Service.self, "a", in: "default")
            #expect(try await api.create(Self.service("b", address: "10.96.0.17")).spec?.clusterIP == "10.96.0.17")
        }
    }

    @Test("node ports are given up with their service, and with its type")
    func ports() async throws {
        try await withCluster(controllers: []) { cluster in
            let api = cluster.client
            let first = try await api.create(Self.service("a", type: "NodePort", nodePort: 30123))
            let refusal = try await message {
                _ = try await api.create(Self.service("b", type: "NodePort", nodePort: 30123))
            }
            #expect(refusal.contains("provided port is already allocated"))
            var changed = first
            changed.spec?.type = "ClusterIP"
            changed.spec?.ports = [ServicePort(port: 80)]
            _ = try await api.replace(changed)
            let second = try await api.create(Self.service("b", type: "NodePort", nodePort: 30123))
            #expect(second.spec?.ports.first?.nodePort == 30123)
            changed.spec?.type = "NodePort"
            changed.spec?.ports = [ServicePort(port: 80, nodePort: 30123)]
            changed.metadata.resourceVersion = nil
            let taken = changed
            let again = try await message { _ = try await api.replace(taken) }
            #expect(again.contains("provided port is already allocated"))
        }
    }

    @Test("what is refused, or only tried, holds nothing")
    func refused() async throws {
        try await withCluster(controllers: []) { cluster in
            let api = cluster.client
            _ = try await api.create(Self.service("a"))
            _ = try await api.dryRun.create(Self.service("b", address: "10.96.0.9"))
            let refusal = try await message { _ = try await api.create(Self.service("a", address: "10.96.0.9")) }
            #expect(refusal.contains("already exists"))
            #expect(try await api.create(Self.service("c", address: "10.96.0.9")).spec?.clusterIP == "10.96.0.9")
        }
    }

    @Test("a restart knows what is taken")
    func restart() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let given = try await withCluster(dataDirectory: directory, controllers: []) { cluster in
            try await cluster.client.create(Self.service("a", type: "NodePort")).spec
        }
        let (address, port) = (try #require(given?.clusterIP), try #require(given?.ports.first?.nodePort))
        try await withCluster(dataDirectory: directory, controllers: []) { cluster in
            let api = cluster.client
            let sameAddress = try await message { _ = try await api.create(Self.service("b", address: address)) }
            #expect(sameAddress.contains("provided IP is already allocated"))
            let samePort = try await message {
                _ = try await api.create(Self.service("b", type: "NodePort", nodePort: port))
            }
            #expect(samePort.contains("provided port is already allocated"))
        }
    }

    @Test("many at once never get the same")
    func races() async throws {
        try await withCluster(controllers: []) { cluster in
            let api = cluster.client
            let made = try await withThrowingTaskGroup(of: [Service].self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        var made: [Service] = []
                        for index in 0..<40 {
                            made.append(try await api.create(Self.service("s\(writer)-\(index)", type: "NodePort")))
                        }
                        return made
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(made.compactMap { $0.spec?.clusterIP }).count == 320)
            #expect(Set(made.compactMap { $0.spec?.ports.first?.nodePort }).count == 320)
            // Of those who want the same, one gets it.
            let winners = try await withThrowingTaskGroup(of: Int.self) { group in
                for writer in 0..<8 {
                    group.addTask {
                        do {
                            _ = try await api.create(Self.service("w\(writer)", address: "10.96.0.200"))
                            return 1
                        } catch is KubernetesError {
                            return 0
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(winners == 1)
        }
    }

    @Test("the last free port is found")
    func nearlyFull() {
        let index = ServiceAddressIndex()
        let all = Set((30000...32767).map { "TCP/\($0)" }).subtracting(["TCP/31999"])
        index.hold(all, by: .init(namespace: "default", name: "other"))
        var (service, errors) = (Self.service("s", type: "NodePort").document, FieldErrors())
        _ = index.give(to: &service, .init(namespace: "default", name: "s"), from: nil, &errors)
        #expect(Service(document: service).spec?.ports.first?.nodePort == 31999)
    }
}
