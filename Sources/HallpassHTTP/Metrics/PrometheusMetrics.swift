package import CoreMetrics
import Synchronization

/// Keeps what is counted and timed in this process, and writes it as Prometheus reads it.
///
/// It is the backend of swift-metrics, so whatever a library reports there is in `/metrics` as well. A name takes at most
/// ``seriesPerNameMaximum`` sets of labels: what is reported beyond that is counted nowhere but in
/// `hallpass_metrics_dropped_series_total`.
package final class PrometheusMetrics: MetricsFactory {
    static let seriesPerNameMaximum = 2_000

    private let families = Mutex<[String: Family]>([:])
    private let droppedSeries = Atomic<Int64>(0)

    private struct Family {
        let kind: Kind
        var series: [Labels: any Series] = [:]
    }

    enum Kind: String {
        case counter, gauge, histogram
    }

    package init() {}

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter) { CounterSeries() }
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter) { GaugeSeries() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge) { GaugeSeries() }
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        aggregate
            ? series(label, dimensions, .histogram) { HistogramSeries(bounds: HistogramSeries.counts) }
            : series(label, dimensions, .gauge) { GaugeSeries() }
    }

    /// In seconds, as Prometheus has all times.
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram) { HistogramSeries(bounds: HistogramSeries.seconds) }
    }

    // What was counted stays counted: a series that came back from nothing would look like a restart.
    package func destroyCounter(_: any CounterHandler) {}
    package func destroyFloatingPointCounter(_: any FloatingPointCounterHandler) {}
    package func destroyMeter(_: any MeterHandler) {}
    package func destroyRecorder(_: any RecorderHandler) {}
    package func destroyTimer(_: any TimerHandler) {}

    /// The series of this name and these labels, made where there is none.
    ///
    /// - Returns: one that nobody reads where the name is taken by another kind or has too many series.
    func series<S: Series>(
        _ label: String, _ dimensions: [(String, String)], _ kind: Kind, make: () -> S
    ) -> S {
        let name = MetricName.valid(label)
        let labels = Labels(dimensions)
        return families.withLock { families in
            var family = families[name] ?? Family(kind: kind)
            if let known = family.series[labels] as? S { return known }
            let made = make()
            guard family.kind == kind, family.series[labels] == nil,
                family.series.count < Self.seriesPerNameMaximum
            else {
                droppedSeries.wrappingAdd(1, ordering: .relaxed)
                return made
            }
            family.series[labels] = made
            families[name] = family
            return made
        }
    }

    /// The text format, version 0.0.4: families by name, series by labels.
    package func exposition() -> [UInt8] {
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text += "# TYPE \(name) \(family.kind.rawValue)\n"
            for (labels, series) in family.series.sorted(by: { $0.key.text < $1.key.text }) {
                series.write(name: name, labels: labels, to: &text)
            }
        }
        text += "# TYPE hallpass_metrics_dropped_series_total counter\n"
        text += "hallpass_metrics_dropped_series_total \(droppedSeries.load(ordering: .relaxed))\n"
        return Array(text.utf8)
    }
}

/// What stands for one name and one set of labels.
protocol Series: AnyObject, Sendable {
    func write(name: String, labels: Labels, to text: inout String)
}

/// Labels as they are written, which is also what makes two sets the same.
struct Labels: Hashable, Sendable {
    /// `route="/v1/verify",status="200"`, or nothing.
    let text: String

    init(_ pairs: [(String, String)]) {
        text = pairs.map { "\(MetricName.valid($0))=\"\(Self.escaped($1))\"" }.joined(separator: ",")
    }

    /// With braces, and with one label more where a bucket has it.
    func braced(adding pair: String? = nil) -> String {
        let all = [text, pair ?? ""].filter { !$0.isEmpty }.joined(separator: ",")
        return all.isEmpty ? "" : "{\(all)}"
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

enum MetricName {
    /// What Prometheus takes for a name: any other character becomes an underscore.
    static func valid(_ label: String) -> String {
        let text = String(
            String.UnicodeScalarView(
                label.unicodeScalars.map { scalar -> Unicode.Scalar in
                    switch scalar {
                    case "a"..."z", "A"..."Z", "0"..."9", "_": scalar
                    default: "_"
                    }
                }))
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return "_\(text)" }
        return text
    }
}
