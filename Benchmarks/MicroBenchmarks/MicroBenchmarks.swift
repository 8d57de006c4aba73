import Benchmark
import HallpassCore
import HallpassCrypto
import JSONSchema
import StrictJSON

/// What a call is made of, piece by piece, each held against one HMAC of a token's bytes in the same breath: that ratio means
/// the same on a slow machine and on a busy one, and is what the thresholds in `Thresholds` are of.
///
/// Names are also names of files there: letters, digits and dashes.
let benchmarks: @Sendable () -> Void = {
    guard let sample = try? Sample() else { preconditionFailure("the sample breaks a rule") }
    measure("token-check", sample) { try? TokenVerifier.verify(UnverifiedToken(sample.token), keys: sample.keys) }
    measure("token-signing", sample) { try? TokenSigner.sign(sample.claims, with: sample.signingKey) }
    measure("canonical-json", sample) { CanonicalJSON.bytes(of: .object(sample.arguments)) }
    measure("arguments-digest", sample) { ArgumentsDigest.of(sample.arguments, tool: sample.tool) }
    measure("strict-parse-300-bytes", sample) { try? JSONParser.parse(sample.smallBody) }
    measure("strict-parse-64-kib", sample) { try? JSONParser.parse(sample.largeBody) }
    measure("schema-validation", sample) { sample.schema.validate(.object(sample.arguments)) }
    measure("verify-policy", sample) {
        try? VerifyPolicy.decide(sample.verified, sample.query, in: sample.snapshot, sample.context)
    }
    measure("audit-record", sample) { AuditRecord(sample.entry, of: sample.tenant, after: .empty) }
    measure("snapshot-1000-tenants", sample) { (0..<1_000).map { _ in sample.makeSnapshot() } }
}

extension BenchmarkMetric {
    static let hundredthsOfAnHMAC = BenchmarkMetric.custom("hundredths-of-an-hmac", useScalingFactor: false)
    static let nanoseconds = BenchmarkMetric.custom("cpu-nanoseconds", useScalingFactor: false)
}

/// Nine rounds of some hundredths of a millisecond, in which HMACs and the piece take turns, and their medians: whatever else
/// the machine does falls into some of them.
private func measure<Result>(_ name: String, _ sample: Sample, _ body: @escaping () -> Result) {
    let rounds = 9
    let hmacCount = 50
    let count = max(1, Int(30_000 / max(1, ThreadTime.nanoseconds { for _ in 0..<3 { blackHole(body()) } } / 3)))
    let configuration = Benchmark.Configuration(
        // Instructions are left out where the machine does not count them for us.
        metrics: [.hundredthsOfAnHMAC, .nanoseconds, .instructions],
        units: [.hundredthsOfAnHMAC: .count, .nanoseconds: .count], warmupIterations: 3, maxDuration: .seconds(3),
        maxIterations: 1_000,
        // The 90th percentile of a ratio, on a machine that does other things too.
        thresholds: [.hundredthsOfAnHMAC: BenchmarkThresholds(relative: [.p90: 50])])
    Benchmark(name, configuration: configuration) { benchmark in
        var hmacs: [Double] = []
        var pieces: [Double] = []
        for _ in 0..<rounds {
            hmacs.append(
                ThreadTime.nanoseconds {
                    for _ in 0..<hmacCount {
                        blackHole(try? sample.signingKey.hmac.authenticationCode(for: sample.token))
                    }
                } / Double(hmacCount))
            pieces.append(ThreadTime.nanoseconds { for _ in 0..<count { blackHole(body()) } } / Double(count))
        }
        let nanoseconds = median(pieces)
        benchmark.measurement(.hundredthsOfAnHMAC, Int((100 * nanoseconds / median(hmacs)).rounded()))
        benchmark.measurement(.nanoseconds, Int(nanoseconds.rounded()))
        // What the machine counts is counted of one.
        benchmark.startMeasurement()
        blackHole(body())
        benchmark.stopMeasurement()
    }
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
