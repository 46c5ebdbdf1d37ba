import ClawBase
import ClawDocuments
import ClawKubernetes

/// Exact amounts of resources, by the names of a ResourceQuota.
struct ResourceSums: Sendable, Hashable {
    /// In billionths, without zeros.
    private(set) var nanos: [String: Int128] = [:]

    init() {}

    /// - Throws: ``Finding`` (`E_INVALID`) for what is no amount, or is negative.
    init(_ quantities: [String: Quantity]) throws(Finding) {
        for (name, quantity) in quantities {
            guard let amount = quantity.nanoUnits, amount >= 0 else {
                throw Finding(
                    .invalid,
                    "'\(quantity)' is no amount of \(name); give a quantity such as \"2\", \"500m\" or \"4Gi\".",
                    field: name)
            }
            self[name] = amount
        }
    }

    var isEmpty: Bool { nanos.isEmpty }

    subscript(name: String) -> Int128 {
        get { nanos[name] ?? 0 }
        set { nanos[name] = newValue == 0 ? nil : newValue }
    }

    static func + (a: Self, b: Self) -> Self {
        var sum = a
        for (name, amount) in b.nanos { sum[name] += amount }
        return sum
    }

    static func - (a: Self, b: Self) -> Self {
        var difference = a
        for (name, amount) in b.nanos { difference[name] -= amount }
        return difference
    }

    /// Of each resource the larger amount.
    func larger(than other: Self) -> Self {
        var larger = self
        for (name, amount) in other.nanos where amount > larger[name] { larger[name] = amount }
        return larger
    }

    /// No resource of which there is more.
    func fits(in other: Self) -> Bool { nanos.allSatisfy { $0.value <= other[$0.key] } }

    /// As Kubernetes writes amounts.
    var quantities: [String: Quantity] { nanos.mapValues { Self.quantity($0) } }

    /// In whole units where there are no fractions of them, else in thousandths or billionths.
    static func quantity(_ nanos: Int128) -> Quantity {
        let steps: [(Int128, String)] = [(1_000_000_000, ""), (1_000_000, "m"), (1, "n")]
        let (unit, suffix) = steps.first { nanos % $0.0 == 0 } ?? (1, "n")
        return Quantity("\(nanos / unit)\(suffix)") ?? .zero
    }

    // MARK: the form in the store

    /// Amounts beyond 64 bits are usual (bytes in billionths), so they are texts.
    var json: JSON {
        .object(JSONObject(nanos.sorted { $0.key < $1.key }.map { ($0.key, JSON.string("\($0.value)")) }))
    }

    init?(json: JSON?) {
        for (name, value) in json?.object ?? [:] {
            guard let amount = value.string.flatMap({ Int128($0) }) else { return nil }
            self[name] = amount
        }
    }
}
