extension Value: Hashable {
    /// Equal as the language has it: numbers by amount whatever their type, values of different kinds never.
    public static func == (a: Value, b: Value) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.string(let a), .string(let b)): a.hasSameScalars(as: b)
        case (.bytes(let a), .bytes(let b)): a == b
        case (.duration(let a), .duration(let b)): a == b
        case (.timestamp(let a), .timestamp(let b)): a == b
        case (.type(let a), .type(let b)): a.name == b.name
        case (.optional(let a), .optional(let b)): a == b
        case (.opaque(let a), .opaque(let b)): a.isEqual(to: b)
        case (.list(let a), .list(let b)): a.count == b.count && (0..<a.count).allSatisfy { a[$0] == b[$0] }
        case (.map(let a), .map(let b)):
            a.declaredType == b.declaredType && a.count == b.count
                && a.keys.allSatisfy { key in b[key].map { a[key] == $0 } ?? false }
        default: a.order(against: b, numbersOnly: true) == .same
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null, .map, .opaque, .optional: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .int(let value): hasher.combine(Double(value))
        case .uint(let value): hasher.combine(Double(value))
        case .double(let value): hasher.combine(value)
        case .string(let text): hasher.combine(text)
        case .bytes(let bytes): hasher.combine(bytes)
        case .duration(let value): hasher.combine(value)
        case .timestamp(let value): hasher.combine(value)
        case .list(let list): hasher.combine(list.count)
        case .type(let type): hasher.combine(type.name)
        }
    }

    /// How two values stand to each other.
    enum Order {
        case less, same, greater
        /// NaN stands nowhere.
        case none
    }

    /// nil where the two cannot be compared.
    func order(against other: Value, numbersOnly: Bool = false) -> Order? {
        func order<T: Comparable>(_ a: T, _ b: T) -> Order { a < b ? .less : a == b ? .same : a > b ? .greater : .none }
        switch (self, other) {
        case (.int(let a), .int(let b)): return order(a, b)
        case (.uint(let a), .uint(let b)): return order(a, b)
        case (.double(let a), .double(let b)): return order(a, b)
        case (.int(let a), .uint(let b)): return a < 0 ? .less : order(UInt64(a), b)
        case (.uint(let a), .int(let b)): return b < 0 ? .greater : order(a, UInt64(b))
        // As cel-go does, with the whole number as the double nearest to it.
        case (.int(let a), .double(let b)): return order(Double(a), b)
        case (.uint(let a), .double(let b)): return order(Double(a), b)
        case (.double(let a), .int(let b)): return order(a, Double(b))
        case (.double(let a), .uint(let b)): return order(a, Double(b))
        default: break
        }
        if numbersOnly { return nil }
        switch (self, other) {
        case (.bool(let a), .bool(let b)): return order(a ? 1 : 0, b ? 1 : 0)
        case (.string(let a), .string(let b)):
            if a.utf8.lexicographicallyPrecedes(b.utf8) { return .less }
            return a.hasSameScalars(as: b) ? .same : .greater
        case (.bytes(let a), .bytes(let b)): return a.lexicographicallyPrecedes(b) ? .less : a == b ? .same : .greater
        case (.duration(let a), .duration(let b)): return order(a.nanoseconds, b.nanoseconds)
        case (.timestamp(let a), .timestamp(let b)): return order(a, b)
        default: return nil
        }
    }
}

extension String {
    /// Equal code point by code point; Swift's own equality takes different spellings of a character for the same.
    func hasSameScalars(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
