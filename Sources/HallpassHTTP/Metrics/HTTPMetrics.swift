import HTTPTypes
import HallpassCore
import Synchronization

/// Counts and times every answer by route, method, status and code; all four come from closed sets of this program.
package final class HTTPMetrics: Sendable {
    private let metrics: PrometheusMetrics
    private let outcomes = Mutex<[Outcome: Instruments]>([:])

    private struct Outcome: Hashable {
        let route: String
        let method: HTTPRequest.Method
        let status: Int
        let code: ErrorCode?

        /// How it went, in as many words as a histogram can carry.
        var kind: String { status >= 500 ? "failed" : code == nil ? "ok" : "refused" }
    }

    private struct Instruments: Sendable {
        let answers: CounterSeries
        let seconds: HistogramSeries
    }

    private let revocationFollowers: GaugeSeries
    private let activityFollowers: GaugeSeries

    init(_ metrics: PrometheusMetrics) {
        self.metrics = metrics
        revocationFollowers = metrics.series("hallpass_revocation_followers", [], .gauge) { GaugeSeries() }
        activityFollowers = metrics.series("hallpass_activity_followers", [], .gauge) { GaugeSeries() }
    }

    /// Open streams.
    func followers(of topic: EventStream.Topic) -> GaugeSeries {
        switch topic {
        case .revocations: revocationFollowers
        case .activity: activityFollowers
        }
    }

    func record(_ answer: Answer, _ exchange: Exchange) {
        let method = exchange.request.method
        let outcome = Outcome(
            route: exchange.routeLabel, method: Self.methods.contains(method) ? method : Self.otherMethod,
            status: answer.status.code, code: answer.code)
        let instruments = instruments(for: outcome)
        instruments.answers.increment(by: 1)
        instruments.seconds.record(Double(exchange.elapsedMicroseconds) / 1_000_000)
    }

    private func instruments(for outcome: Outcome) -> Instruments {
        outcomes.withLock { outcomes in
            if let known = outcomes[outcome] { return known }
            let labels = [
                ("route", outcome.route), ("method", outcome.method.rawValue), ("status", String(outcome.status)),
                ("code", outcome.code?.rawValue ?? "ok"),
            ]
            let made = Instruments(
                answers: metrics.series("hallpass_http_requests_total", labels, .counter) { CounterSeries() },
                seconds: metrics.series(
                    "hallpass_http_request_duration_seconds", [labels[0], ("outcome", outcome.kind)], .histogram
                ) { HistogramSeries(bounds: HistogramSeries.seconds) })
            outcomes[outcome] = made
            return made
        }
    }

    private static let methods: Set<HTTPRequest.Method> = [.get, .head, .post, .put, .delete, .options, .patch]
    private static let otherMethod: HTTPRequest.Method = {
        guard let method = HTTPRequest.Method("OTHER") else { preconditionFailure("a literal method") }
        return method
    }()
}
