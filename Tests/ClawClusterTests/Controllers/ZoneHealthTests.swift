@testable import ClawCluster
import ClawBase
import ClawKubernetes
import ClawModels
import Testing

@Suite("How fast pods are driven from lost nodes")
struct ZoneHealthTests {
    private let start = Timestamp(seconds: 1_767_225_600)

    private func node(_ name: String, _ readiness: String, zone: String) -> Node {
        Node(
            metadata: ObjectMeta(name: name, labels: ["topology.kubernetes.io/zone": zone]),
            status: NodeStatus(conditions: [NodeCondition(type: "Ready", status: readiness)]))
    }

    /// A zone with so many nodes, some of them lost; and the lost ones.
    private func fill(_ health: ZoneHealth, _ zone: String, _ count: Int, lost: Int) -> [Node] {
        (0..<count).compactMap { number in
            let node = node("\(zone)\(number)", number < lost ? "Unknown" : "True", zone: zone)
            _ = health.didChange(from: nil, to: node)
            return number < lost ? node : nil
        }
    }

    @Test("one node in ten seconds and zone")
    func normal() {
        let health = ZoneHealth()
        let (a, b) = (fill(health, "a", 10, lost: 3), fill(health, "b", 10, lost: 1))
        #expect(health.turn(of: a[0], now: start) == .now)
        #expect(health.turn(of: a[1], now: start + .seconds(1)) == .after(.seconds(9)))
        #expect(health.turn(of: b[0], now: start + .seconds(1)) == .now)
        #expect(health.turn(of: a[1], now: start + .seconds(10)) == .now)
        #expect(health.turn(of: a[2], now: start + .seconds(10)) == .after(.seconds(10)))
    }

    @Test("a small zone in trouble is left alone, a large one goes slowly, and one wholly lost at the usual pace")
    func trouble() {
        let health = ZoneHealth()
        let (small, large) = (fill(health, "small", 10, lost: 6), fill(health, "large", 60, lost: 40))
        let gone = fill(health, "gone", 2, lost: 2)
        #expect(health.turn(of: small[0], now: start) == .later)
        #expect(health.turn(of: large[0], now: start) == .now)
        #expect(health.turn(of: large[1], now: start) == .after(.seconds(100)))
        #expect(health.turn(of: gone[0], now: start) == .now)
        #expect(health.turn(of: gone[1], now: start + .seconds(10)) == .now)
        // It recovers: five of ten are no trouble.
        #expect(health.didChange(from: small[0], to: node("small0", "True", zone: "small")))
        #expect(health.turn(of: small[1], now: start) == .now)
    }

    @Test("where nobody is well, nobody is driven away")
    func everything() {
        let health = ZoneHealth()
        let (a, b) = (fill(health, "a", 3, lost: 3), fill(health, "b", 3, lost: 3))
        #expect(health.isEverythingLost)
        #expect((a + b).allSatisfy { health.turn(of: $0, now: start) == .later })
        #expect(health.didChange(from: b[0], to: node("b0", "True", zone: "b")))
        #expect(health.turn(of: a[0], now: start) == .now)
    }

    @Test("in a cluster: lost nodes are closed at once, emptied in turn; when all are lost, none is, until one is back")
    func inCluster() async throws {
        try await withVirtualCluster { cluster in
            let client = cluster.client
            func set(_ name: String, _ readiness: String) async throws {
                _ = try await client.edit(Node.self, name, subresource: "status") {
                    $0.status = NodeStatus(conditions: [NodeCondition(type: "Ready", status: readiness)])
                }
            }
            func taints(_ effect: String) async throws -> Int {
                let nodes = try await client.list(Node.self).items
                return nodes.filter { node in
                    node.spec?.taints.contains { $0.effect == effect && $0.key == "node.kubernetes.io/unreachable" } ?? false
                }.count
            }
            for number in 0..<5 {
                _ = try await client.create(Node(metadata: ObjectMeta(name: "n\(number)")))
                try await set("n\(number)", "True")
            }
            for number in 0..<2 { try await set("n\(number)", "Unknown") }
            try await cluster.clock.settle()
            #expect(try await taints("NoSchedule") == 2)
            #expect(try await taints("NoExecute") == 1)
            try await cluster.clock.advance(by: .seconds(11))
            #expect(try await taints("NoExecute") == 2)
            for number in 2..<5 { try await set("n\(number)", "Unknown") }
            try await cluster.clock.advance(by: .seconds(60))
            #expect(try await taints("NoSchedule") == 5)
            #expect(try await taints("NoExecute") == 0)
            for number in 2..<5 { try await set("n\(number)", "True") }
            try await cluster.clock.advance(by: .seconds(30))
            #expect(try await taints("NoExecute") == 2)
        }
    }
}
