public import ClawBase

/// A type of which ranges can be bound and read.
public protocol PostgresRangeBound: PostgresCodable, Hashable, Comparable {
    static var postgresRangeType: PostgresType { get }
    static var postgresRangeArrayType: PostgresType { get }
}

/// Everything between two bounds: `int4range`, `int8range`, `numrange`, `tsrange`, `tstzrange`, `daterange`.
///
/// The server writes ranges of whole numbers and of days with their lower bound in and their upper bound out: `[1,3]`
/// comes back as `[1,4)`.
public struct PostgresRange<Bound: PostgresRangeBound>: Sendable, Hashable {
    public enum End: Sendable, Hashable {
        case including(Bound)
        case excluding(Bound)
        /// Without end on this side.
        case unbounded

        var bound: Bound? {
            switch self {
            case .including(let bound), .excluding(let bound): bound
            case .unbounded: nil
            }
        }
    }

    /// nil: nothing is in it.
    public let ends: Ends?

    public struct Ends: Sendable, Hashable {
        public let lower: End
        public let upper: End
    }

    /// Contains nothing.
    public static var empty: PostgresRange { PostgresRange(ends: nil) }

    private init(ends: Ends?) { self.ends = ends }

    /// The server refuses a lower bound that is greater than the upper one.
    public init(_ lower: End, _ upper: End) { self.init(ends: Ends(lower: lower, upper: upper)) }

    public init(_ range: Range<Bound>) {
        self.init(.including(range.lowerBound), .excluding(range.upperBound))
    }

    public init(_ range: ClosedRange<Bound>) {
        self.init(.including(range.lowerBound), .including(range.upperBound))
    }

    public func contains(_ value: Bound) -> Bool {
        guard let ends else { return false }
        let isAbove =
            switch ends.lower {
            case .including(let bound): value >= bound
            case .excluding(let bound): value > bound
            case .unbounded: true
            }
        switch ends.upper {
        case .including(let bound): return isAbove && value <= bound
        case .excluding(let bound): return isAbove && value < bound
        case .unbounded: return isAbove
        }
    }
}

/// <https://github.com/postgres/postgres/blob/REL_15_STABLE/src/include/utils/rangetypes.h>: a byte of flags, then each
/// bound with its length before it.
extension PostgresRange: PostgresCodable {
    private enum Flag {
        static var empty: UInt8 { 0x01 }
        static var includesLower: UInt8 { 0x02 }
        static var includesUpper: UInt8 { 0x04 }
        static var hasNoLower: UInt8 { 0x08 }
        static var hasNoUpper: UInt8 { 0x10 }
    }

    public static var postgresType: PostgresType { Bound.postgresRangeType }

    public func encode(into bytes: inout PostgresBytes) {
        guard let ends else { return bytes.append(Flag.empty) }
        var flags: UInt8 = 0
        switch ends.lower {
        case .including: flags |= Flag.includesLower
        case .excluding: break
        case .unbounded: flags |= Flag.hasNoLower
        }
        switch ends.upper {
        case .including: flags |= Flag.includesUpper
        case .excluding: break
        case .unbounded: flags |= Flag.hasNoUpper
        }
        bytes.append(flags)
        for bound in [ends.lower.bound, ends.upper.bound] {
            guard let bound else { continue }
            let start = bytes.bytes.count
            bytes.append(bigEndian: Int32(0))
            bound.encode(into: &bytes)
            bytes.setLength(at: start)
        }
    }

    public init(postgres bytes: RawSpan, type: PostgresType) throws(PostgresValueError) {
        guard type == Bound.postgresRangeType else { throw .type(type) }
        let flags: UInt8 = try bytes.bigEndian()
        if flags & Flag.empty != 0 {
            self = .empty
            return
        }
        var offset = 1
        func bound(_ isThere: Bool) throws(PostgresValueError) -> Bound? {
            guard isThere else { return nil }
            let length = Int(try bytes.bigEndian(Int32.self, at: offset))
            offset += 4
            guard length >= 0, offset + length <= bytes.byteCount else { throw .value("is cut off") }
            defer { offset += length }
            return try Bound(postgres: bytes.extracting(offset..<offset + length), type: Bound.postgresType)
        }
        let lower = try bound(flags & Flag.hasNoLower == 0)
        let upper = try bound(flags & Flag.hasNoUpper == 0)
        func end(_ bound: Bound?, _ isIncluded: Bool) -> End {
            bound.map { isIncluded ? .including($0) : .excluding($0) } ?? .unbounded
        }
        self.init(end(lower, flags & Flag.includesLower != 0), end(upper, flags & Flag.includesUpper != 0))
    }
}

extension PostgresRange: PostgresArrayElement {
    public static var postgresArrayType: PostgresType { Bound.postgresRangeArrayType }
}

extension Int32: PostgresRangeBound {
    public static var postgresRangeType: PostgresType { .int4range }
    public static var postgresRangeArrayType: PostgresType { .int4rangeArray }
}

extension Int64: PostgresRangeBound {
    public static var postgresRangeType: PostgresType { .int8range }
    public static var postgresRangeArrayType: PostgresType { .int8rangeArray }
}

extension Int: PostgresRangeBound {
    public static var postgresRangeType: PostgresType { .int8range }
    public static var postgresRangeArrayType: PostgresType { .int8rangeArray }
}

extension Timestamp: PostgresRangeBound {
    public static var postgresRangeType: PostgresType { .tstzrange }
    public static var postgresRangeArrayType: PostgresType { .tstzrangeArray }
}

extension PostgresLocalTime: PostgresRangeBound {
    public static var postgresRangeType: PostgresType { .tsrange }
    public static var postgresRangeArrayType: PostgresType { .tsrangeArray }
}

extension PostgresDate: PostgresRangeBound {
    public static var postgresRangeType: PostgresType { .daterange }
    public static var postgresRangeArrayType: PostgresType { .daterangeArray }
}
