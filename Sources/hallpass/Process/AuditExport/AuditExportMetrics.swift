import HallpassCore
import HallpassStorage
import Metrics

/// How far a destination is behind, and how its deliveries end.
struct AuditExportMetrics: Sendable {
    private let lagRecords: Gauge
    private let lagSeconds: Gauge
    private let records: Counter
    private let failures: Counter

    init(_ kind: ExportDestination.Kind, factory: any MetricsFactory) {
        let labels = [("destination", kind.rawValue)]
        lagRecords = Gauge(label: "hallpass_audit_export_lag_records", dimensions: labels, factory: factory)
        lagSeconds = Gauge(label: "hallpass_audit_export_lag_seconds", dimensions: labels, factory: factory)
        records = Counter(label: "hallpass_audit_export_records_total", dimensions: labels, factory: factory)
        failures = Counter(label: "hallpass_audit_export_failures_total", dimensions: labels, factory: factory)
    }

    func note(_ backlog: [ExportBacklog], nowMilliseconds: Int64) {
        lagRecords.record(backlog.reduce(0) { $0 + $1.count })
        let oldest = backlog.map(\.oldestMilliseconds).min() ?? nowMilliseconds
        lagSeconds.record(max(0, nowMilliseconds - oldest) / 1_000)
    }

    func delivered(_ count: Int) { records.increment(by: count) }
    func failed() { failures.increment() }
}
