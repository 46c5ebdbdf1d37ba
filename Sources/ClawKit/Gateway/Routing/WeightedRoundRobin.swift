/// Smooth weighted round robin: each choice falls on the target that is furthest behind its share, so that a heavy
/// target's turns are spread among the others'. Deterministic; weights 5, 1, 1 give a a b a c a a.
struct WeightedRoundRobin: Sendable {
    private let weights: [Int]
    private var credit: [Int]

    /// - Parameter weights: not negative; a weight of 0 is chosen only where there is no other.
    init(weights: [Int]) {
        self.weights = weights
        credit = Array(repeating: 0, count: weights.count)
    }

    /// The next target's index; nil where there is none.
    mutating func next() -> Int? { next(among: Array(weights.indices)) }

    /// The next one among some of the targets; the others keep their place.
    mutating func next(among targets: [Int]) -> Int? {
        var (best, total): (Int?, Int) = (nil, 0)
        for index in targets where weights[index] > 0 {
            credit[index] += weights[index]
            total += weights[index]
            if best.map({ credit[index] > credit[$0] }) ?? true { best = index }
        }
        if let best { credit[best] -= total }
        // Without a weight one stands in where there is no other.
        return best ?? targets.first
    }
}
