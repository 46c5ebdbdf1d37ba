import ClawBase

/// Observations counted by size. Kept under somebody else's lock.
struct Buckets: Sendable {
    /// In seconds.
    static let times = HistogramFamily.seconds
    /// As OpenTelemetry's conventions for token usage advise.
    static let tokens: [Double] = [
        1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
    ]

    private let bounds: [Double]
    private var counts: [Int]
    private var sum = 0.0

    init(_ bounds: [Double] = Buckets.times) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    mutating func observe(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    func write(_ name: String, labels: [(name: String, value: String)], to text: inout MetricsText) {
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
