import HallpassBroker
import HallpassCore
import HallpassStorage
import Logging
import ServiceLifecycle
import Synchronization

/// Removes tokens, calls, their keys and approvals that have long expired, a few at a time, so that the database stays as large as its traffic.
struct LedgerSweep: Service {
    let ledger: Ledger
    let logger: Logger
    var clock = HallpassBroker.Clock.system
    var pause: Duration = .seconds(60)
    /// In one go: little enough that nobody who waits for the ledger notices.
    var batch = 500
    /// The same of pages of keys, each of which is a page of the database.
    var keyPages = 64

    func run() async throws {
        let time = Mutex(SteadyTime(patienceMilliseconds: Limits.tokenRetentionSeconds * 1_000))
        await Rounds.run(every: pause) {
            let (now, monotonic) = (clock.nowMilliseconds(), clock.monotonicMilliseconds())
            await sweep(at: time.withLock { $0.believed(now: now, monotonic: monotonic) } / 1_000)
        }
    }

    /// Once through all tenants.
    func sweep(at nowSeconds: Int64) async {
        for table in SweptTable.allCases {
            var place: TenantID?
            await repeatSteps(table.rawValue) { () throws(HallpassError) in
                let step = try await ledger.sweep(
                    table, expiredBefore: nowSeconds - table.retentionSeconds, limit: batch, from: place)
                place = step.next
                return step.next != nil
            }
        }
        // After their calls, so that few of those are left.
        await repeatSteps("claim_page") { () throws(HallpassError) in
            try await ledger.sweepClaims(
                expiredBefore: nowSeconds - SweptTable.call.retentionSeconds, limit: keyPages)
        }
    }

    /// - Parameter step: says whether there may be more.
    private func repeatSteps(_ table: String, _ step: () async throws(HallpassError) -> Bool) async {
        do throws(HallpassError) {
            while !Task.isCancelled, try await step() {}
        } catch {
            // The next round tries again; calls themselves say so louder if storage is in trouble.
            logger.warning(
                "What has expired could not be removed.",
                metadata: ["table": "\(table)", "code": "\(error.code.rawValue)"])
        }
    }
}
