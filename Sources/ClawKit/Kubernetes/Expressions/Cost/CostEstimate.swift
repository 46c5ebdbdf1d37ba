/// Least and most of a cost or a size. Sums and products stay at the largest number there is.
public struct CostEstimate: Sendable, Hashable {
    public var min: UInt64
    public var max: UInt64

    public init(_ min: UInt64, _ max: UInt64) { (self.min, self.max) = (min, max) }
    init(_ both: UInt64) { self.init(both, both) }

    static let zero = CostEstimate(0)
    static let unknown = CostEstimate(0, .max)

    static func + (a: CostEstimate, b: CostEstimate) -> CostEstimate {
        CostEstimate(a.min.addingOrMost(b.min), a.max.addingOrMost(b.max))
    }

    static func * (a: CostEstimate, b: CostEstimate) -> CostEstimate {
        CostEstimate(a.min.timesOrMost(b.min), a.max.timesOrMost(b.max))
    }

    /// Times a factor, rounded up.
    static func * (a: CostEstimate, factor: Double) -> CostEstimate {
        func times(_ value: UInt64) -> UInt64 {
            let product = (Double(value) * factor).rounded(.up)
            return product >= 0x1p64 ? .max : UInt64(product)
        }
        return CostEstimate(times(a.min), times(a.max))
    }

    func union(_ other: CostEstimate) -> CostEstimate {
        CostEstimate(Swift.min(min, other.min), Swift.max(max, other.max))
    }
}

extension UInt64 {
    /// The sum, or the largest number where it is larger than that.
    public func addingOrMost(_ other: UInt64) -> UInt64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    /// The product, or the largest number where it is larger than that.
    public func timesOrMost(_ other: UInt64) -> UInt64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? .max : product
    }
}
