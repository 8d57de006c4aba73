import Foundation
import GRDB
import HallpassCore
import HallpassCrypto
import Synchronization
import Testing

@testable import HallpassStorage

struct TenantDeletionStoreTests {
    private static let signer = Result {
        try Ed25519PrivateKey(seed: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))
    }

    private static func delete(
        _ tenant: TenantID = Fixture.acme, _ storage: Storage
    ) async throws -> (checkpoint: SignedCheckpoint, number: Int64) {
        let key = try signer.get()
        let deleted = DeletedTenant(
            id: tenant, deletedAt: Fixture.now, author: "client:root", reason: "left", auditKeys: [key.publicKey])
        return try await store(storage).delete(
            deleted, entry: Fixture.auditEntry(.tenantDelete), platformEntry: Fixture.auditEntry(.tenantDelete)
        ) { head in
            let checkpoint = AuditCheckpoint(tenant: tenant, head: head, timeSeconds: Fixture.now)
            return SignedCheckpoint(
                checkpoint: checkpoint, signature: try key.signature(for: checkpoint.signedBytes))
        }
    }

    private static func store(_ storage: Storage) -> TenantDeletionStore {
        TenantDeletionStore(database: storage.database, ledger: storage.ledger)
    }

    private static func erase(_ storage: Storage, limit: Int = 3) async throws {
        while try await store(storage).removeRemains(of: Fixture.acme, limit: limit) {}
    }

    /// Whether some bytes lie anywhere in the database's files.
    private static func lies(_ bytes: [UInt8], in folder: ScratchFolder) throws -> Bool {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).contains { name in
            try Data(contentsOf: URL(fileURLWithPath: "\(folder.path)/\(name)")).range(of: Data(bytes)) != nil
        }
    }

    /// So many that the rows moved between pages while they came, and left traces wherever SQLite leaves any.
    @Test func `once the log is taken into the file, no sealed key of a deleted tenant lies in any file`() async throws
    {
        let names = (0..<150).map { "tenant-\($0 * 37 % 150)" }
        try await Storage.with(tenants: names.map(Fixture.tenant)) { storage in
            var keys: [String: [[UInt8]]] = [:]
            for name in names {
                let sealed = try (0..<4).map { _ in try RandomBytes.generate(count: 60) }
                keys[name] = sealed
                try await storage.ledger.transact { transaction in
                    for (index, bytes) in sealed.enumerated() {
                        let row = SealedKeyRow(
                            tenant: Fixture.tenant(name), version: Int64(index / 2 + 1), sealed: bytes,
                            createdAt: Fixture.now)
                        try KeyTable.insert(row, as: index % 2 == 0 ? .root : .data, transaction.db)
                    }
                }
            }
            for name in ["tenant-0", "tenant-75", "tenant-149"] {
                let sealed = try #require(keys[name])
                for bytes in sealed { #expect(try Self.lies(bytes, in: storage.folder)) }
                _ = try await Self.delete(Fixture.tenant(name), storage)
                #expect(await storage.ledger.truncateLog())
                for bytes in sealed { #expect(try !Self.lies(bytes, in: storage.folder)) }
                #expect(try await storage.registry.sealedKeys(Fixture.tenant(name)).isEmpty)
            }
            let other = try #require(keys["tenant-1"])
            for bytes in other { #expect(try Self.lies(bytes, in: storage.folder)) }
        }
    }

    @Test func `a log that somebody reads from is not emptied, and is the next time`() async throws {
        try await Storage.with { storage in
            var configuration = Configuration()
            configuration.readonly = true
            configuration.allowsUnsafeTransactions = true
            let reader = try DatabaseQueue(path: storage.folder.database, configuration: configuration)
            try await reader.writeWithoutTransaction { db in
                try db.beginTransaction()
                _ = try Int.fetchOne(db, sql: "SELECT count(*) FROM tenant")
            }
            _ = try await Self.delete(storage: storage)
            #expect(await storage.ledger.truncateLog() == false)
            try await reader.writeWithoutTransaction { try $0.commit() }
            #expect(await storage.ledger.truncateLog())
            #expect(DatabaseFile.byteCount(storage.folder.database + "-wal") == 0)
            try reader.close()
        }
    }

    private static func delete(storage: Storage) async throws -> SignedCheckpoint {
        try await delete(Fixture.acme, storage).checkpoint
    }

    @Test func `the chain ends with the deletion under a checkpoint, and takes nothing more, after a restart either`()
        async throws
    {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder) { storage in
            let token = try Fixture.token(storage.ledger)
            try await storage.ledger.issue(token)
            let (checkpoint, number) = try await Self.delete(Fixture.acme, storage)
            #expect(number > token.sequence)
            #expect(try await storage.audit.head(Fixture.acme) == checkpoint.checkpoint.head)
            #expect(checkpoint.checkpoint.head.sequence == 2)
            let isSigned = try checkpoint.isSigned(by: Self.signer.get().publicKey)
            #expect(isSigned)
            // Begun before, and too late.
            await #expect(throws: HallpassError.notFound) { _ = try await storage.ledger.use(token) }
            let late = try Fixture.token(storage.ledger)
            await #expect(throws: HallpassError.notFound) { try await storage.ledger.issue(late) }
            #expect(try await storage.count("token", of: Fixture.acme) == 1)
        }
        try await Storage.with(folder: folder, tenants: []) { storage in
            await #expect(throws: HallpassError.notFound) {
                _ = try await storage.ledger.submit(Fixture.entry(.record))
            }
            let other = try Fixture.token(storage.ledger, tenant: Fixture.globex)
            try await storage.ledger.issue(other)
            let found = try await storage.chainBreak(Fixture.acme)
            #expect(found == nil)
            #expect(try await storage.audit.head(.platform).sequence == 1)
        }
    }

    /// They wait for the same commit, which one of them cannot have.
    @Test func `what others wanted in the same commit is done`() async throws {
        let gate = Gate()
        try await Storage.with(beforeCommit: gate.pass) { storage in
            let theirs = try Fixture.token(storage.ledger, tenant: Fixture.globex)
            let late = try Fixture.token(storage.ledger)
            gate.close()
            async let blocker: Void = storage.ledger.issue(Fixture.token(storage.ledger))
            await gate.untilSomeoneWaits()
            async let deletion = Self.delete(storage: storage)
            await storage.ledger.untilQueued(1)
            async let refused: Bool = Self.isRefused { try await storage.ledger.issue(late) }
            async let issued: Void = storage.ledger.issue(theirs)
            await storage.ledger.untilQueued(3)
            gate.open()
            try await blocker
            _ = try await deletion
            try await issued
            let wasRefused = await refused
            // Each tenant has a lane of its own, so it may have come first.
            let count = try await storage.count("token", of: Fixture.acme)
            #expect(count == (wasRefused ? 1 : 2))
            #expect(try await storage.count("token", of: Fixture.globex) == 1)
            let found = try await storage.chainBreak(Fixture.acme)
            #expect(found == nil)
        }
    }

    private static func isRefused(_ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            return false
        } catch {
            return error as? HallpassError == .notFound
        }
    }

    @Test func `a deletion that did not commit deletes nothing`() async throws {
        let fault = Fault()
        try await Storage.with(beforeCommit: fault.strike) { storage in
            try await storage.commitAll(tenant: Fixture.tenant("initech"))
            fault.isOn = true
            await #expect(throws: HallpassError.storageUnavailable) {
                _ = try await Self.delete(Fixture.tenant("initech"), storage)
            }
            fault.isOn = false
            let token = try Fixture.token(storage.ledger, tenant: Fixture.tenant("initech"))
            try await storage.ledger.issue(token)
            #expect(try await storage.registry.sealedKeys(Fixture.tenant("initech")).map(\.key.sealed) == [[1, 2, 3]])
            #expect(try await Self.store(storage).all().isEmpty)
        }
    }

    @Test func `a deleted tenant is not loaded, and its name is not given again, erased or not`() async throws {
        try await Storage.with(tenants: []) { storage in
            try await storage.commitAll()
            _ = try await Self.delete(storage: storage)
            for isErased in [false, true] {
                if isErased { try await Self.erase(storage) }
                #expect(try await storage.registry.tenants().isEmpty)
                #expect(try await storage.registry.loadAll(nowSeconds: Fixture.now).isEmpty)
                #expect(try await storage.registry.load(Fixture.acme, nowSeconds: Fixture.now) == nil)
                await #expect(throws: HallpassError.self) { try await storage.commitAll() }
                // Nobody's statement gives it again, whatever comes before it.
                await #expect(throws: HallpassError.internal) {
                    try await storage.ledger.transact { transaction in
                        try transaction.db.run(
                            "INSERT INTO tenant (tenant_id, revision) VALUES (?, 1)", [Fixture.acme.rawValue])
                    }
                }
            }
            let deleted = try #require(try await Self.store(storage).all().first)
            #expect(deleted.author == "client:root" && deleted.reason == "left")
            let key = try Self.signer.get().publicKey
            #expect(deleted.auditKeys == [key])
        }
    }

    @Test func `all of it is removed but its audit, a few rows at a time, and nothing of anyone else`() async throws {
        let folder = try ScratchFolder()
        try await Storage.with(folder: folder, tenants: []) { storage in
            try await storage.commitAll()
            try await storage.commitAll(tenant: Fixture.globex)
            for _ in 0..<5 { try await storage.ledger.issue(try Fixture.token(storage.ledger)) }
            _ = try await storage.ledger.revoke(.actor, "alice")
            let theirs = try await storage.rowCounts(of: Fixture.globex)
            _ = try await Self.delete(storage: storage)
            let before = try await storage.rowCounts(of: Fixture.acme)
            #expect(try await Self.store(storage).removeRemains(of: Fixture.acme, limit: 2))
            let step = try await storage.rowCounts(of: Fixture.acme)
            #expect(before.values.reduce(0, +) - step.values.reduce(0, +) <= 2)
            try await Self.erase(storage)
            let left = try await storage.rowCounts(of: Fixture.acme).filter { $0.value > 0 }
            #expect(
                Set(left.keys) == ["audit_record", "audit_checkpoint", "deleted_tenant", "deleted_tenant_audit_key"])
            #expect(try await storage.rowCounts(of: Fixture.globex) == theirs)
            try await Self.store(storage).noteErased(
                Fixture.acme, nowSeconds: Fixture.now + 1, audit: Fixture.auditEntry(.tenantErase))
            #expect(try await Self.store(storage).all().map(\.erasedAt) == [Fixture.now + 1])
        }
        // The numbers of what is gone are not given twice.
        try await Storage.with(folder: folder, tenants: []) { #expect($0.ledger.hasGiven(7)) }
    }

    @Test func `every table is removed from or is of the audit, so that none is forgotten when one is added`()
        async throws
    {
        try await Storage.with { storage in
            let tables = Set(try await storage.rowCounts(of: Fixture.acme).keys)
            let removed = DeletedTenantTable.remains.map(\.table)
            let kept = [
                "audit_record", "audit_checkpoint", "audit_trim", "audit_export", "deleted_tenant",
                "deleted_tenant_audit_key",
            ]
            #expect(Set(removed).count == removed.count)
            #expect(Set(removed).union(kept) == tables && Set(removed).isDisjoint(with: kept))
        }
    }
}

extension Storage {
    fileprivate func count(_ table: String, of tenant: TenantID) async throws -> Int64 {
        try #require(try await rowCounts(of: tenant)[table])
    }

    /// Of every table that has tenants.
    fileprivate func rowCounts(of tenant: TenantID) async throws -> [String: Int64] {
        try await database.read { db in
            let tables = try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM pragma_table_list AS list WHERE schema = 'main' AND EXISTS (
                        SELECT 1 FROM pragma_table_info(list.name) WHERE name = 'tenant_id')
                    """)
            return try Dictionary(
                uniqueKeysWithValues: tables.map { table in
                    let sql = "SELECT count(*) FROM \(table) WHERE tenant_id = ?"
                    return (table, try Int64.fetchOne(db, sql: sql, arguments: [tenant.rawValue]) ?? 0)
                })
        }
    }
}
