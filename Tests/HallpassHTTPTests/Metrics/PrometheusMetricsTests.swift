import CoreMetrics
import HTTPTypes
import Testing

@testable import HallpassHTTP

struct PrometheusMetricsTests {
    private static func lines(_ metrics: PrometheusMetrics) -> [String] {
        String(decoding: metrics.exposition(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func `what libraries report is written as Prometheus reads it`() {
        let metrics = PrometheusMetrics()
        Counter(label: "a_total", dimensions: [("x", "q\"\\\n")], factory: metrics).increment(by: 2)
        Counter(label: "a_total", dimensions: [("x", "q\"\\\n")], factory: metrics).increment()
        Gauge(label: "b.c-d", factory: metrics).record(1.5)
        let lines = Self.lines(metrics)
        #expect(lines.contains(#"a_total{x="q\"\\\n"} 3"#))
        #expect(lines.contains("# TYPE a_total counter"))
        #expect(lines.contains("b_c_d 1.5"))
    }

    @Test func `a histogram's buckets add up and a bound belongs to its own bucket`() {
        let metrics = PrometheusMetrics()
        let timer = CoreMetrics.Timer(label: "t_seconds", dimensions: [("r", "x")], factory: metrics)
        timer.recordMilliseconds(1)
        timer.recordMilliseconds(2)
        timer.recordSeconds(60)
        let lines = Self.lines(metrics)
        #expect(lines.contains(#"t_seconds_bucket{r="x",le="0.0005"} 0"#))
        #expect(lines.contains(#"t_seconds_bucket{r="x",le="0.001"} 1"#))
        #expect(lines.contains(#"t_seconds_bucket{r="x",le="0.0025"} 2"#))
        #expect(lines.contains(#"t_seconds_bucket{r="x",le="10.0"} 2"#))
        #expect(lines.contains(#"t_seconds_bucket{r="x",le="+Inf"} 3"#))
        #expect(lines.contains(#"t_seconds_count{r="x"} 3"#))
        #expect(lines.contains(#"t_seconds_sum{r="x"} 60.003"#))
    }

    @Test func `too many label sets are dropped and counted`() {
        let metrics = PrometheusMetrics()
        for index in 0...PrometheusMetrics.seriesPerNameMaximum {
            Counter(label: "n_total", dimensions: [("i", "\(index)")], factory: metrics).increment()
        }
        let lines = Self.lines(metrics)
        #expect(lines.filter { $0.hasPrefix("n_total{") }.count == PrometheusMetrics.seriesPerNameMaximum)
        #expect(lines.contains("hallpass_metrics_dropped_series_total 1"))
    }

    @Test func `answers are counted by route, status and code`() async throws {
        try await TestServer.run { server in
            _ = try await Flow.verify("nonsense", server)
            _ = try await server.ask(.get, "/nothing/at/all")
            let text = try await server.ask(.get, "/metrics").text
            let verified = #"route="/v1/verify",method="POST",status="200",code="malformed_token"} 1"#
            #expect(text.contains("hallpass_http_requests_total{\(verified)"))
            #expect(text.contains(#"{route="none",method="GET",status="404",code="not_found"} 1"#))
            let timed = #"hallpass_http_request_duration_seconds_count{route="/v1/verify",outcome="refused"} 1"#
            #expect(text.contains(timed))
            #expect(!text.contains("at/all"))
        }
    }
}
