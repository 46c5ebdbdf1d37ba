import Synchronization

/// A number per combination of label values: a counter that only grows, or a gauge that goes both ways.
///
/// Label values must come from a closed or configured set: each combination is kept for ever.
public final class CounterFamily: MetricsSource {
    private let name: String
    private let kind: MetricsText.Kind
    private let help: String
    private let labels: [String]
    private let values = Mutex<[[String]: Double]>([:])

    /// - Parameter name: ends in `_total` for a counter, by Prometheus' convention.
    public init(_ name: String, _ kind: MetricsText.Kind = .counter, help: String, labels: [String] = []) {
        (self.name, self.kind, self.help, self.labels) = (name, kind, help, labels)
    }

    /// Adds to the number of these label values, given in the labels' order.
    public func add(_ amount: Double = 1, _ labelValues: String...) {
        precondition(labelValues.count == labels.count, "\(name) has \(labels.count) labels")
        values.withLock { $0[labelValues, default: 0] += amount }
    }

    /// The present number; zero where nothing was added.
    public func value(_ labelValues: String...) -> Double { values.withLock { $0[labelValues] ?? 0 } }

    public func write(to text: inout MetricsText) {
        let values = values.withLock { $0 }
        text.family(name, kind, help: help)
        if labels.isEmpty, values.isEmpty { text.sample(name, 0) }
        for (key, value) in values.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            text.sample(name, labels: Array(zip(labels, key)).map { (name: $0.0, value: $0.1) }, value)
        }
    }
}
