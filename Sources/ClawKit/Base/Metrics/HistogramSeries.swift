/// Observations counted in buckets, of one combination of label values.
package struct HistogramSeries: Sendable {
    private let bounds: [Double]
    private var counts: [Int]
    private var sum = 0.0

    /// - Parameter bounds: the buckets' upper bounds, rising; the last one, infinity, is added.
    package init(_ bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    package mutating func observe(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    package func write(_ name: String, labels: [(name: String, value: String)], to text: inout MetricsText) {
        var total = 0
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
            text.sample("\(name)_bucket", labels: labels + [(name: "le", value: bound)], Double(total))
        }
        text.sample("\(name)_sum", labels: labels, sum)
        text.sample("\(name)_count", labels: labels, Double(total))
    }
}
