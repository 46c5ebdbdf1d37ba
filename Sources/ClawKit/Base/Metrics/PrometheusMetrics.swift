public import CoreMetrics
import Synchronization

/// The metrics of swift-metrics in Prometheus' text format: what ClawKit and other libraries count appears beside the
/// families of our own.
///
///     MetricsSystem.bootstrap(PrometheusMetrics.shared)        // once, where the program starts
///     PrometheusMetrics.shared.write(to: &text)                // where it answers `/metrics`
///
/// Counters become counters; meters and recorders that do not aggregate become gauges; timers become histograms in
/// seconds, aggregating recorders histograms. Dimensions become labels, whose values must come from a closed or
/// configured set: each combination is kept until it is destroyed.
public final class PrometheusMetrics: MetricsFactory, MetricsSource {
    /// The process's own, where libraries of ClawKit count while nothing is bootstrapped.
    public static let shared = PrometheusMetrics()

    struct SeriesKey: Hashable, Comparable {
        let name: String
        /// In the order in which they were given, which is the same for all of a name.
        let labels: [String]
        let values: [String]

        init(_ name: String, _ dimensions: [(String, String)]) {
            (self.name, labels, values) = (name, dimensions.map(\.0), dimensions.map(\.1))
        }

        static func < (a: Self, b: Self) -> Bool {
            a.name != b.name ? a.name < b.name : a.values.lexicographicallyPrecedes(b.values)
        }
    }

    private struct State {
        var series: [SeriesKey: PrometheusSeries] = [:]
        var helps: [String: String] = [:]
        var bounds: [String: [Double]] = [:]
        var updates: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    public init() {}

    /// Says what a metric means, and how its observations are sorted.
    /// - Parameter bounds: the upper bounds of a histogram's buckets, rising; ``HistogramFamily/seconds`` if nil.
    public func describe(_ name: String, help: String, bounds: [Double]? = nil) {
        state.withLock { state in
            state.helps[name] = help
            if let bounds { state.bounds[name] = bounds }
        }
    }

    /// Calls `update` before each ``write(to:)``: the moment to set gauges that grow by themselves.
    public func beforeWriting(_ update: @escaping @Sendable () -> Void) { state.withLock { $0.updates.append(update) } }

    public func write(to text: inout MetricsText) {
        for update in state.withLock({ $0.updates }) { update() }
        let (series, helps) = state.withLock { ($0.series, $0.helps) }
        var last: String?
        for (key, one) in series.sorted(by: { $0.key < $1.key }) {
            if key.name != last { text.family(key.name, one.kind, help: helps[key.name] ?? "") }
            last = key.name
            one.write(key.name, labels: Array(zip(key.labels, key.values)).map { (name: $0, value: $1) }, to: &text)
        }
    }

    private func series(_ name: String, _ dimensions: [(String, String)], _ kind: MetricsText.Kind) -> PrometheusSeries {
        let key = SeriesKey(name, dimensions)
        return state.withLock { state in
            // Who counts under a name in two ways gets a series of its own that nobody sees.
            if let known = state.series[key] { return known.kind == kind ? known : PrometheusSeries(kind, key, []) }
            let made = PrometheusSeries(kind, key, state.bounds[name] ?? HistogramFamily.seconds)
            state.series[key] = made
            return made
        }
    }

    private func forget(_ handler: AnyObject) {
        guard let series = handler as? PrometheusSeries else { return }
        state.withLock { state in if state.series[series.key] === series { state.series[series.key] = nil } }
    }

    // MARK: swift-metrics

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter)
    }
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter)
    }
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge)
    }
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, dimensions, aggregate ? .histogram : .gauge)
    }
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram)
    }
    public func destroyCounter(_ handler: any CounterHandler) { forget(handler) }
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { forget(handler) }
    public func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
    public func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
    public func destroyTimer(_ handler: any TimerHandler) { forget(handler) }
}
