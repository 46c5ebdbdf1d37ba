/// Smooth weighted round robin: each choice falls on the target that is furthest behind its share, so that a heavy
/// target's turns are spread among the others'. Deterministic; weights 5, 1, 1 give a a b a c a a.
struct WeightedRoundRobin: Sendable {
    private let weights: [Int]
    private let total: Int
    private var credit: [Int]

    /// - Parameter weights: not negative; a weight of 0 is never chosen.
    init(weights: [Int]) {
        self.weights = weights
        total = weights.reduce(0, +)
        credit = Array(repeating: 0, count: weights.count)
    }

    /// The next target's index; nil where all weights are 0.
    mutating func next() -> Int? {
        var best: Int?
        for index in weights.indices where weights[index] > 0 {
            credit[index] += weights[index]
            if best.map({ credit[index] > credit[$0] }) ?? true { best = index }
        }
        if let best { credit[best] -= total }
        return best
    }
}
