import CoreMetrics
import Synchronization

/// One combination of label values of a metric, behind each of swift-metrics' kinds.
final class PrometheusSeries: Sendable {
    let kind: MetricsText.Kind
    let key: PrometheusMetrics.SeriesKey
    private let value = Mutex(0.0)
    private let histogram: Mutex<HistogramSeries>

    init(_ kind: MetricsText.Kind, _ key: PrometheusMetrics.SeriesKey, _ bounds: [Double]) {
        (self.kind, self.key) = (kind, key)
        histogram = Mutex(HistogramSeries(bounds))
    }

    func write(_ name: String, labels: [(name: String, value: String)], to text: inout MetricsText) {
        switch kind {
        case .counter, .gauge: text.sample(name, labels: labels, value.withLock { $0 })
        case .histogram: histogram.withLock { $0 }.write(name, labels: labels, to: &text)
        }
    }

    private func add(_ amount: Double) { value.withLock { $0 += amount } }
}

extension PrometheusSeries: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func decrement(by amount: Double) { add(-amount) }
    func reset() { value.withLock { $0 = 0 } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }

    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) {
        if kind == .histogram { histogram.withLock { $0.observe(value) } } else { set(value) }
    }

    /// Prometheus counts time in seconds.
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
