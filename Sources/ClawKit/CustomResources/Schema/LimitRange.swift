/// A range that a limit can be written as: `1...63`, `1...`, `...63`.
public protocol LimitRange<Bound> {
    associatedtype Bound
    var lowest: Bound? { get }
    var highest: Bound? { get }
}

extension ClosedRange: LimitRange {
    public var lowest: Bound? { lowerBound }
    public var highest: Bound? { upperBound }
}

extension PartialRangeFrom: LimitRange {
    public var lowest: Bound? { lowerBound }
    public var highest: Bound? { nil }
}

extension PartialRangeThrough: LimitRange {
    public var lowest: Bound? { nil }
    public var highest: Bound? { upperBound }
}
