import Foundation
import GRDB
package import HallpassCore
import StrictJSON

/// A copy that was put in a database's place.
package struct RestoredDatabase: Sendable {
    package let copy: DatabaseCopy
    /// Unix seconds; `nil` where nothing is recorded in it.
    package let copiedAt: Int64?
    /// Where the database that was there lies now; `nil` where there was none.
    package let replaced: String?
    /// What was done after the copy was made and is not in it, as far as the database that was there could be read; by
    /// tenant and event.
    package let undone: [UndoneEvents]
}

/// What was done in a tenant that a restored copy does not know of.
package struct UndoneEvents: Hashable, Sendable {
    package let tenant: TenantID
    package let event: String
    package let count: Int64
}

extension HallpassDatabase {
    /// Puts a copy in the place of a database, and keeps what was there under another name.
    ///
    /// The copy is brought to the present schema and says of itself that it is one, whoever made it. Everything that can be
    /// wrong with it is found out before anything is moved.
    ///
    /// - Parameter checkKeys: throws where one of the tenants' keys does not open.
    /// - Throws: ``DatabaseCopyError``, or what `checkKeys` threw.
    package static func restore(
        from source: String, to path: String, nowSeconds: Int64, checkKeys: ([SealedTenantKey]) throws -> Void
    ) throws -> RestoredDatabase {
        try requireReadable(source)
        guard !isSameFile(source, path) else { throw DatabaseCopyError.sameFile(path: source) }
        let lock: DatabaseLock
        do {
            try DatabaseFile(path: path).requireWritableFolder()
            lock = try DatabaseLock.take(for: path)
        } catch {
            throw DatabaseCopyError.database(error)
        }
        defer { lock.release() }
        let draft = try DraftFile(for: path)
        var copiedAt: Int64?
        var keys: [SealedTenantKey] = []
        let copy = try fill(draft, from: source) { db in
            try Migrations.run(on: db)
            try RestoreFence.raise(.copy, copiedAt: nil, db)
            copiedAt = try RestoreFence.due(db)?.copiedAt
            keys = try KeyTable.all(db)
        }
        try checkKeys(keys)
        guard DatabaseFile(path: path).giveToFolderOwner([draft.path, DatabaseLock.path(of: path)]) else {
            throw DatabaseCopyError.targetUnusable(path: path, reason: String(cString: strerror(errno)).lowercased())
        }
        let undone = undoneEvents(in: path, since: copy)
        let replaced = try setAside(path, nowSeconds: nowSeconds)
        try draft.publish()
        return RestoredDatabase(copy: copy, copiedAt: copiedAt, replaced: replaced, undone: undone)
    }

    /// Gives what is there a second name, its log with it, so that at no moment there is neither.
    ///
    /// - Returns: the name; `nil` where there is nothing.
    private static func setAside(_ path: String, nowSeconds: Int64) throws(DatabaseCopyError) -> String? {
        guard DatabaseFile(path: path).exists else { return nil }
        let name = path + ".replaced-" + RFC3339.text(seconds: nowSeconds).filter { $0 != ":" }
        // Looking at it has left an empty log there, where there was none.
        let log = path + "-wal"
        let isAside =
            link(path, name) == 0 && (DatabaseFile.byteCount(log) == 0 ? removes(log) : moves(log, to: name + "-wal"))
            && removes(path + "-shm")
        guard isAside else {
            throw .targetUnusable(path: name, reason: String(cString: strerror(errno)).lowercased())
        }
        return name
    }

    private static func moves(_ path: String, to name: String) -> Bool { rename(path, name) == 0 || errno == ENOENT }
    private static func removes(_ path: String) -> Bool { unlink(path) == 0 || errno == ENOENT }

    /// - Returns: nothing where what is there cannot be read, or is another database.
    private static func undoneEvents(in path: String, since copy: DatabaseCopy) -> [UndoneEvents] {
        guard DatabaseFile(path: path).exists, let queue = try? inspectionQueue(path) else { return [] }
        defer {
            // A connection that cannot write leaves nothing undone.
            try? queue.close()
        }
        // It may be damaged, which is why it is replaced: then there is nothing to tell.
        let found = try? queue.read { db in
            for (tenant, head) in copy.heads {
                let known = try AuditStore.fetch(db, tenant: tenant, "AND sequence = ?", arguments: [head.sequence])
                guard known.first?.head == head else { return [UndoneEvents]() }
            }
            let copied = Dictionary(uniqueKeysWithValues: copy.heads.map { ($0.tenant, $0.head.sequence) })
            return try AuditTable.heads(db).flatMap { tenant, _ in
                try undoneEvents(of: tenant, after: copied[tenant] ?? 0, db)
            }
        }
        return found ?? []
    }

    private static func undoneEvents(of tenant: TenantID, after sequence: Int64, _ db: Database) throws
        -> [UndoneEvents]
    {
        let records = try AuditStore.cursor(db, tenant: tenant, "AND sequence > ?", arguments: [sequence])
        var counts: [String: Int64] = [:]
        while let record = try records.next() {
            let object = try JSONParser.parse(record.canonical).objectValue
            guard let event = object?["event"]?.stringValue, object?["decision"]?.stringValue != "deny" else {
                continue
            }
            counts[event, default: 0] += 1
        }
        return counts.sorted { $0.key < $1.key }.map { UndoneEvents(tenant: tenant, event: $0.key, count: $0.value) }
    }
}
