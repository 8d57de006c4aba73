import HallpassBroker
import HallpassCore
import HallpassStorage
import Logging
import ServiceLifecycle
import Synchronization

/// Removes tokens, calls and approvals that have long expired, a few at a time, so that the database stays as large as its traffic.
struct LedgerSweep: Service {
    let ledger: Ledger
    let logger: Logger
    var clock = HallpassBroker.Clock.system
    var pause: Duration = .seconds(60)
    /// In one go: little enough that nobody who waits for the ledger notices.
    var batch = 500

    func run() async throws {
        let time = Mutex(SteadyTime(patienceMilliseconds: Limits.tokenRetentionSeconds * 1_000))
        await Rounds.run(every: pause) {
            let (now, monotonic) = (clock.nowMilliseconds(), clock.monotonicMilliseconds())
            await sweep(at: time.withLock { $0.believed(now: now, monotonic: monotonic) } / 1_000)
        }
    }

    /// Once through all tenants.
    func sweep(at nowSeconds: Int64) async {
        for table in SweptTable.allCases { await sweep(table, at: nowSeconds) }
    }

    private func sweep(_ table: SweptTable, at nowSeconds: Int64) async {
        var place: TenantID?
        while !Task.isCancelled {
            do throws(HallpassError) {
                let step = try await ledger.sweep(
                    table, expiredBefore: nowSeconds - table.retentionSeconds, limit: batch, from: place)
                guard let next = step.next else { return }
                place = next
            } catch {
                // The next round tries again; calls themselves say so louder if storage is in trouble.
                logger.warning(
                    "What has expired could not be removed.",
                    metadata: ["table": "\(table.rawValue)", "code": "\(error.code.rawValue)"])
                return
            }
        }
    }
}
