import Foundation
import HallpassCore
import HallpassStorage

/// Writes what many calls leave behind, through the ledger itself and much faster than HTTP would: tokens that were issued and
/// used, the calls, and the records of both, in chains that verify. No server may have the database meanwhile.
///
/// Half of the calls are those of the first tenant, so that one has a long chain; the rest are spread over all.
@main
struct Filler {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 5, let calls = Int(arguments[2]), let lifetimeSeconds = Int64(arguments[3]) else {
            print("usage: filler DATABASE CALLS SECONDS-TO-EXPIRY TENANT...")
            exit(64)
        }
        let tenants = arguments[4...].compactMap { TenantID($0) }
        let database = try HallpassDatabase.open(path: arguments[1])
        let ledger = try Ledger(database: database)
        let template = try CallTemplate(expiresAt: Int64(Date().timeIntervalSince1970) + lifetimeSeconds)
        // As many as fit into one transaction: each waits for its own to be on disk.
        let workers = Limits.ledgerBatchEntries
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    for number in stride(from: worker, to: calls, by: workers) {
                        let tenant = tenants[number % 2 == 0 ? 0 : number / 2 % tenants.count]
                        try await template.makeCall(number, of: tenant, in: ledger)
                    }
                }
            }
            try await group.waitForAll()
        }
        await ledger.stop()
        try database.close()
    }
}
