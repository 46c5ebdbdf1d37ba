import ClawBase
import Testing

@Suite("Metrics in Prometheus' text format")
struct MetricsTextTests {
    @Test("counters are written sorted by their labels, with escapes")
    func counters() {
        let family = CounterFamily("a_total", help: "Line\nbreak", labels: ["x", "y"])
        family.add(2, "b", "1")
        family.add(1, "a", "q\"\\\n")
        family.add(0.5, "b", "1")
        var text = MetricsText()
        family.write(to: &text)
        #expect(
            text.text == """
                # HELP a_total Line\\nbreak
                # TYPE a_total counter
                a_total{x="a",y="q\\"\\\\\\n"} 1
                a_total{x="b",y="1"} 2.5

                """)
        #expect(family.value("b", "1") == 2.5)
    }

    @Test("a counter without labels is there from the start")
    func zero() {
        var text = MetricsText()
        CounterFamily("b_total", help: "B").write(to: &text)
        #expect(text.text.hasSuffix("b_total 0\n"))
    }

    @Test("histogram buckets are cumulative and end with +Inf")
    func histograms() {
        let family = HistogramFamily("h_seconds", help: "H", labels: ["m"], bounds: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 7] { family.observe(value, "a") }
        var text = MetricsText()
        family.write(to: &text)
        #expect(
            text.text.split(separator: "\n").dropFirst(2).map(String.init) == [
                "h_seconds_bucket{m=\"a\",le=\"0.1\"} 2", "h_seconds_bucket{m=\"a\",le=\"1.0\"} 3",
                "h_seconds_bucket{m=\"a\",le=\"+Inf\"} 4", "h_seconds_sum{m=\"a\"} 7.65", "h_seconds_count{m=\"a\"} 4",
            ])
    }
}
