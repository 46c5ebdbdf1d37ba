import Synchronization

/// Observations counted in buckets, per combination of label values. See ``CounterFamily`` about label values.
public final class HistogramFamily: MetricsSource {
    /// Upper bounds in seconds that suit anything from a local answer to a long model run.
    public static let seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]

    private let name: String
    private let help: String
    private let labels: [String]
    private let bounds: [Double]
    private let series = Mutex<[[String]: HistogramSeries]>([:])

    /// - Parameter bounds: the buckets' upper bounds, rising; the last one, infinity, is added.
    public init(_ name: String, help: String, labels: [String] = [], bounds: [Double] = HistogramFamily.seconds) {
        (self.name, self.help, self.labels, self.bounds) = (name, help, labels, bounds)
    }

    public func observe(_ value: Double, _ labelValues: String...) {
        precondition(labelValues.count == labels.count, "\(name) has \(labels.count) labels")
        series.withLock { $0[labelValues, default: HistogramSeries(bounds)].observe(value) }
    }

    public func write(to text: inout MetricsText) {
        let series = series.withLock { $0 }
        text.family(name, .histogram, help: help)
        for (key, one) in series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            let own = Array(zip(labels, key)).map { (name: $0.0, value: $0.1) }
            one.write(name, labels: own, to: &text)
        }
    }
}
