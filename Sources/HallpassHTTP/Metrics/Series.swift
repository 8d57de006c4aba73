import CoreMetrics
import Synchronization

/// A whole number that only rises.
final class CounterSeries: Series, CounterHandler {
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) { value.wrappingAdd(amount, ordering: .relaxed) }
    func reset() { value.store(0, ordering: .relaxed) }

    func write(name: String, labels: Labels, to text: inout String) {
        text += "\(name)\(labels.braced()) \(value.load(ordering: .relaxed))\n"
    }
}

/// A number that goes anywhere.
final class GaugeSeries: Series, MeterHandler, RecorderHandler, FloatingPointCounterHandler {
    private let value = Mutex<Double>(0)

    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func reset() { set(0 as Double) }

    func write(name: String, labels: Labels, to text: inout String) {
        text += "\(name)\(labels.braced()) \(value.withLock { $0 })\n"
    }
}

/// How often a number fell into each of some fixed ranges.
final class HistogramSeries: Series, TimerHandler, RecorderHandler {
    /// For the time one request takes: from what a good machine does to what nobody waits for.
    static let seconds: [Double] = [
        0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// For how many there are of something.
    static let counts: [Double] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024]

    private let bounds: [Double]
    private let state: Mutex<State>

    private struct State {
        /// One for each bound and one for what lies beyond; not yet added up.
        var counts: [Int64]
        var sum = 0.0
    }

    init(bounds: [Double]) {
        self.bounds = bounds
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    func record(_ value: Double) {
        let bucket = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += value
        }
    }

    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1_000_000_000) }

    func write(name: String, labels: Labels, to text: inout String) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        var total: Int64 = 0
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < bounds.count ? "\(bounds[index])" : "+Inf"
            text += "\(name)_bucket\(labels.braced(adding: "le=\"\(bound)\"")) \(total)\n"
        }
        text += "\(name)_sum\(labels.braced()) \(sum)\n"
        text += "\(name)_count\(labels.braced()) \(total)\n"
    }
}
