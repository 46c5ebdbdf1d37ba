import ClawBase
import CoreMetrics
import Testing

@Suite("swift-metrics in Prometheus' text format")
struct PrometheusMetricsTests {
    @Test("counters, gauges and timers of one name stand together, with their labels")
    func families() {
        let metrics = PrometheusMetrics()
        metrics.describe("work_seconds", help: "How long.", bounds: [0.1, 1])
        Counter(label: "runs_total", dimensions: [("result", "error")], factory: metrics).increment()
        Counter(label: "runs_total", dimensions: [("result", "done")], factory: metrics).increment(by: 3)
        let depth = Meter(label: "depth", factory: metrics)
        depth.set(5)
        depth.decrement(by: 2)
        Timer(label: "work_seconds", factory: metrics).recordMilliseconds(250)
        var text = MetricsText()
        metrics.write(to: &text)
        #expect(
            text.text == """
                # TYPE depth gauge
                depth 3
                # TYPE runs_total counter
                runs_total{result="done"} 3
                runs_total{result="error"} 1
                # HELP work_seconds How long.
                # TYPE work_seconds histogram
                work_seconds_bucket{le="0.1"} 0
                work_seconds_bucket{le="1.0"} 1
                work_seconds_bucket{le="+Inf"} 1
                work_seconds_sum 0.25
                work_seconds_count 1

                """)
    }

    @Test("two of the same name and labels count together, until one is destroyed")
    func shared() {
        let metrics = PrometheusMetrics()
        let first = Counter(label: "a_total", factory: metrics)
        Counter(label: "a_total", factory: metrics).increment()
        first.increment()
        var text = MetricsText()
        metrics.write(to: &text)
        #expect(text.text.hasSuffix("a_total 2\n"))
        first.destroy()
        text = MetricsText()
        metrics.write(to: &text)
        #expect(text.text.isEmpty)
    }

    @Test("what grows by itself is set before it is shown")
    func updates() {
        let metrics = PrometheusMetrics()
        let gauge = Recorder(label: "age", dimensions: [], aggregate: false, factory: metrics)
        metrics.beforeWriting { gauge.record(7) }
        var text = MetricsText()
        metrics.write(to: &text)
        #expect(text.text.hasSuffix("age 7\n"))
    }
}
