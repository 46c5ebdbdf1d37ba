/// Why a pod cannot go to a node, in kube-scheduler's words.
struct Obstacle: Hashable, Sendable {
    let reason: String
    /// Nothing that becomes of other pods helps.
    let isFinal: Bool

    init(_ reason: String, isFinal: Bool = false) { (self.reason, self.isFinal) = (reason, isFinal) }

    static let unschedulable = Obstacle("node(s) were unschedulable", isFinal: true)
    static let notReady = Obstacle("node(s) were not ready", isFinal: true)
    static let affinity = Obstacle("node(s) didn't match Pod's node affinity/selector", isFinal: true)
    static let ports = Obstacle("node(s) didn't have free ports for the requested pod ports")
    static let spread = Obstacle("node(s) didn't match pod topology spread constraints")
    static let spreadLabel = Obstacle(
        "node(s) didn't match pod topology spread constraints (missing required label)", isFinal: true)
    static let podAffinity = Obstacle("node(s) didn't match pod affinity rules", isFinal: true)
    static let podAntiAffinity = Obstacle("node(s) didn't match pod anti-affinity rules")
    static let othersAntiAffinity = Obstacle("node(s) didn't satisfy existing pods anti-affinity rules")
    static let volumeNode = Obstacle("node(s) didn't match PersistentVolume's node affinity", isFinal: true)
    static let noVolume = Obstacle("node(s) didn't find available persistent volumes to bind", isFinal: true)

    /// `0/3 nodes are available: 2 Insufficient cpu, 1 node(s) were unschedulable.`
    static func message(_ counts: [String: Int], nodes: Int) -> String {
        let reasons = counts.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
        return "0/\(nodes) nodes are available: \(reasons)."
    }

    static let noNodes = "no nodes available to schedule pods"
    static let preemptionIsNoHelp = "Preemption is not helpful for scheduling"
    static let noVictims = "No preemption victims found for incoming pod"
}
