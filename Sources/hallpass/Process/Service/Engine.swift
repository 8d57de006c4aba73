import HallpassBroker
import HallpassCrypto
import HallpassStorage
import Logging

/// Everything behind the wire: the opened database, the ledger that writes to it, and the broker, loaded.
struct Engine: Sendable {
    let broker: Broker
    let ledger: Ledger
    private let database: HallpassDatabase

    /// - Parameters:
    ///   - keys: where the key encryption key lies.
    ///   - mode: whether the database file is to be made.
    ///   - keyMaximumAgeSeconds: as ``BrokerSettings/keyMaximumAgeSeconds``.
    ///   - observer: hears of every committed batch.
    /// - Throws: ``CommandFailure`` with what is in the way and the next step; then nothing is left open.
    static func start(
        keys custody: KeyCustody, database path: String, mode: HallpassDatabase.Mode, issuer: String, logger: Logger,
        keyMaximumAgeSeconds: Int64? = nil,
        observer: (@Sendable (LedgerBatch) -> Void)? = nil
    ) async throws -> Engine {
        try selfTest()
        let database: HallpassDatabase
        do throws(DatabaseOpeningError) {
            database = try HallpassDatabase.open(path: path, mode: mode)
        } catch {
            throw CommandFailure.localFile(error.message, next: error.hint)
        }
        let ledger: Ledger
        do {
            ledger = try Ledger(database: database, observer: observer)
        } catch {
            closeQuietly(database)
            throw failure(error, path)
        }
        let settings = BrokerSettings(issuer: issuer, keyMaximumAgeSeconds: keyMaximumAgeSeconds) { alarm in
            logger.log(level: alarm.isCritical ? .critical : .warning, "\(alarm.message)")
        }
        do {
            let broker = try Broker(
                settings: settings, database: database, ledger: ledger, tenantKeys: try await custody.tenantKeys(),
                keySets: .network, custody: custody)
            try await broker.load()
            return Engine(broker: broker, ledger: ledger, database: database)
        } catch {
            await ledger.stop()
            closeQuietly(database)
            throw failure(error, path)
        }
    }

    /// Notes beside the database how far it has come. Waits for the disk: not for the cooperative pool.
    func mark() throws { try database.mark() }

    /// Has what waits written, then closes the file; in this order.
    func stop() async throws {
        await ledger.stop()
        try database.close()
    }

    private static func selfTest() throws {
        do {
            try CryptoSelfTest.run()
        } catch {
            throw CommandFailure.localFile(
                "The system's OpenSSL does not work as it should.", next: "hallpass version, then reinstall libssl3")
        }
    }

    private static func failure(_ error: any Error, _ path: String) -> CommandFailure {
        if let failure = error as? CommandFailure { return failure }
        if let error = error as? StartError { return .localFile(error.message, next: error.hint) }
        if let error = HallpassDatabase.readingError(error, path: path) {
            return .localFile(error.message, next: error.hint)
        }
        return .localFile("\(path) cannot be read.", next: "hallpass doctor")
    }

    /// On the way to a failure that is worth more than whatever closing has to say.
    private static func closeQuietly(_ database: HallpassDatabase) { try? database.close() }
}
