import ClawBase
import ClawModels
import Synchronization

/// How many nodes of each zone are well, and so how fast pods are driven from the others: where most of a zone is
/// lost, more likely the way to it is than its nodes.
/// <https://kubernetes.io/docs/concepts/architecture/nodes/#rate-limits-on-eviction>
final class ZoneHealth: Sendable {
    /// When a node's pods may be driven from it.
    enum Turn: Sendable, Equatable {
        case now
        case after(Duration)
        /// When the zone is better.
        case later
    }

    private enum Disruption: Sendable { case none, partial, full }

    private struct Zone {
        var ready = 0
        var unready = 0
        /// When the next node has its turn.
        var next: Timestamp?

        var disruption: Disruption {
            if ready == 0, unready > 0 { return .full }
            let share = Double(unready) / Double(max(1, ready + unready))
            return unready > 2 && share >= ZoneHealth.threshold ? .partial : .none
        }
    }

    /// From this share on a zone is in trouble (`--unhealthy-zone-threshold`).
    private static let threshold = 0.55
    /// Between two nodes of a zone (`--node-eviction-rate`, one tenth a second).
    private static let interval = Duration.seconds(10)
    /// The same in a large zone in trouble (`--secondary-node-eviction-rate`).
    private static let slowInterval = Duration.seconds(100)
    /// Smaller zones in trouble are left alone (`--large-cluster-size-threshold`).
    private static let largeSize = 50

    private let zones = Mutex<[String: Zone]>([:])

    /// - Returns: whether other nodes may have their turn sooner, or no longer.
    func didChange(from old: Node?, to new: Node?) -> Bool {
        if old?.zone == new?.zone, old?.readiness == new?.readiness { return false }
        return zones.withLock { zones in
            let before = Self.states(zones)
            if let old { Self.count(old, -1, &zones) }
            if let new { Self.count(new, 1, &zones) }
            return Self.states(zones) != before
        }
    }

    private static func count(_ node: Node, _ step: Int, _ zones: inout [String: Zone]) {
        guard let readiness = node.readiness else { return }
        if readiness == "True" { zones[node.zone, default: Zone()].ready += step }
        if readiness != "True" { zones[node.zone, default: Zone()].unready += step }
    }

    private static func states(_ zones: [String: Zone]) -> [String: Disruption] { zones.mapValues(\.disruption) }

    /// No node is well: then it is this side that is cut off, and nobody is driven from anywhere.
    var isEverythingLost: Bool { zones.withLock { Self.isEverythingLost($0) } }

    private static func isEverythingLost(_ zones: [String: Zone]) -> Bool {
        let inhabited = zones.values.filter { $0.ready + $0.unready > 0 }
        return !inhabited.isEmpty && inhabited.allSatisfy { $0.disruption == .full }
    }

    /// Takes the node's turn, if it is.
    func turn(of node: Node, now: Timestamp) -> Turn {
        zones.withLock { zones in
            if Self.isEverythingLost(zones) { return .later }
            var zone = zones[node.zone] ?? Zone()
            let interval: Duration
            switch zone.disruption {
            case .none, .full: interval = Self.interval
            case .partial:
                guard zone.ready + zone.unready > Self.largeSize else { return .later }
                interval = Self.slowInterval
            }
            if let next = zone.next, next > now { return .after(next - now) }
            zone.next = now + interval
            zones[node.zone] = zone
            return .now
        }
    }
}

extension Node {
    /// nil where it has not said.
    var readiness: String? { status?.conditions.first { $0.type == "Ready" }?.status }

    /// Region and zone, as its labels say; one zone for those that say nothing.
    fileprivate var zone: String {
        let labels = labels
        return "\(labels["topology.kubernetes.io/region"] ?? "")/\(labels["topology.kubernetes.io/zone"] ?? "")"
    }
}
