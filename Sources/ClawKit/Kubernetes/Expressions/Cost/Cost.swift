/// What evaluating expressions may cost, counted in Kubernetes' units: about 50 ns each.
///
/// Kubernetes allows ``perCall`` for one expression and ``perObject`` for all of an object's.
public struct Cost: Sendable {
    /// What is left; below zero once it is used up.
    public var remaining: Int
    /// What one expression may use of it.
    public var perCall: Int
    /// What the present expression has used.
    public internal(set) var used = 0

    public static let perCallLimit = 1_000_000
    public static let perObjectLimit = 10_000_000
    public static let matchConditionsLimit = 2_500_000

    public init(_ remaining: Int = Cost.perObjectLimit, perCall: Int = Cost.perCallLimit) {
        (self.remaining, self.perCall) = (remaining, perCall)
    }

    @inline(__always)
    mutating func charge(_ cost: Int) throws(EvaluationError) {
        used &+= cost
        if used > perCall || used < 0 { throw .overLimit }
    }

    /// The cost of going through so many units once.
    static func traversal(_ units: Int, factor: Double = 0.1) -> Int {
        let cost = (Double(units) * factor).rounded(.up)
        return cost < 1e15 ? Int(cost) : 1_000_000_000_000_000
    }
}
