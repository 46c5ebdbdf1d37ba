import ClawBase
import ClawDocuments
import ClawKubernetes

/// A watch some of whose events come twice, or not at all, and that may end at any of them.
actor FaultyWatch: WatchValues {
    private let source: any WatchValues
    private let faults: ClusterFaults
    private var chance: SplitMix64
    private var repeated: JSONObject?
    private var hasEnded = false

    init(_ source: any WatchValues, _ faults: ClusterFaults, seed: UInt64) {
        (self.source, self.faults) = (source, faults)
        chance = SplitMix64(seed: seed)
    }

    func next() async throws -> JSONObject? {
        if hasEnded { return nil }
        if let event = repeated {
            repeated = nil
            return event
        }
        guard let event = try await source.next() else { return nil }
        let draw = chance.unit()
        if draw < faults.watchCut {
            hasEnded = true
            throw TransportError(code: .disconnected, message: "The watch was cut on purpose.")
        }
        if draw < faults.watchCut + faults.lostEvents {
            hasEnded = true
            return [
                "type": "ERROR",
                "object": .object(
                    APIStatus(code: 410, reason: "Expired", message: "too old resource version: lost on purpose").document),
            ]
        }
        if event.string(.type) != "BOOKMARK", draw < faults.watchCut + faults.lostEvents + faults.duplicatedEvent {
            repeated = event
        }
        return event
    }
}
