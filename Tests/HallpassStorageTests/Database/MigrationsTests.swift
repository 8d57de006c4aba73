import GRDB
import HallpassCrypto
import Testing

@testable import HallpassStorage

struct MigrationsTests {
    /// The schema that each version's migrations make, as a digest of what SQLite keeps of it. A line that no longer matches
    /// means that a released migration was edited: files in the field do not have that edit. Add a migration instead.
    @Test(arguments: [
        (version: 1, digest: "wKCsoEykVTuh5COIEATO857zL7AKdj2r3dZwjT4KRJ0"),
        (version: 2, digest: "Ucpj-mgEKk1tYlDdDPOdJouN-Y0PolVAL-gmdO9NKU4"),
        (version: 3, digest: "HrgXZ2TFqCVtJXACE0ckATkuYvWqx0qO4wbL1ayZqBk"),
        (version: 4, digest: "wAYsEzOQkDfdXcp1HRnX1wF0cDo_RcUqD_Je0_t0ID4"),
        (version: 5, digest: "LLadHUskzcRZZEHblRK0xnJ1lcvrthgrvlP8Vf2HYFE"),
        (version: 6, digest: "PhDoWCdSjNlzVBI3aMggST1fTlD60HSBJUL17NmI2kU"),
        (version: 7, digest: "JG02acBTX9ES4N-TJkHM0a3Ya0E_P-9wBR4DimAaK0E"),
        (version: 8, digest: "A3tiSS94lhgHW4-re10NS7KvqqyYROswGrEqH8kWk74"),
        (version: 9, digest: "0qCLlsl6B4wzPZ9lQ8TBoJ-Q04tjLufDmKZVk5YyY2k"),
        (version: 10, digest: "BQkdVwMeNE0x7wc_apepoL7oS5lvSvH4flPsZoIcJhY"),
        (version: 11, digest: "35bIXp4YymW1Mb9uBHHJ7nxHfkGK7bTQ5wDRSi141X0"),
        (version: 12, digest: "L84sErZazvyzEnHdOvEE-mHNJi3wK7pPhDH29Udi398"),
        (version: 13, digest: "Y0ZoIr0mNYZcH_-6u6Nx05OTHcQp2lonMCe7PWVv1yg"),
        (version: 14, digest: "r4eHFnJg_XO_8R3W8kMYZN9KWVR7KNvo29htdL_zMLQ"),
        (version: 15, digest: "oJkSwofQd0_ICLmePNwnDx9qEJiyKMGwnAu6xKR55Dk"),
        (version: 16, digest: "MaFbbvaP_FtANsys4Pj1k3lh20jMUqPpz4CqAHfgdBY"),
        (version: 17, digest: "zYcGEOFA8ZQkklLkGzokDIJhEBUq7jpT1lW8rAdM6r8"),
        (version: 18, digest: "W9IGUMeVdaNHsy-sI0BG4XpYncjRJs-ogH-egg6mg-g"),
        (version: 19, digest: "ogWxL1JrxSNySbH58rsxNyx9F5YmsEfD67SnTrUeDlg"),
        (version: 20, digest: "ghsTFMmmgRKxSLzEbAwTwvaynC5S0Y-GZWIxddRUaVA"),
        (version: 21, digest: "xC8pZW7q1hdt_q0IuHvc826j9vFUccc8cuv7i-wOFBk"),
        (version: 22, digest: "x7yuCTzel3NUlTWEjfzwK0WGzPVaywk37A3LpfIoG8Q"),
        (version: 23, digest: "kFsbEbH8P_mWf8Dvb0QBs_-NBDLKJ-yvgL_MuMbPZkg"),
    ])
    func `a released migration makes what it always made`(version: Int, digest: String) throws {
        let queue = try DatabaseQueue()
        try queue.writeWithoutTransaction { try Migrations.run(on: $0, to: version) }
        let schema = try queue.read { db in
            try String.fetchAll(db, sql: "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")
        }
        #expect(Base64URL.encode(SHA256.hash(Array(schema.joined(separator: "\n").utf8))) == digest)
    }

    @Test func `every released version is pinned`() { #expect(Migrations.head == 23) }

    @Test func `tokens whose signature was not kept end when it begins to be`() throws {
        let queue = try DatabaseQueue()
        let state = try queue.writeWithoutTransaction { db in
            try Migrations.run(on: db, to: 12)
            try db.execute(
                sql: """
                    INSERT INTO token (tenant_id, sequence, token_id, kind, state, expires_at, connector_id, environment_id,
                        client_id, subject)
                    VALUES ('acme', 1, zeroblob(16), 0, 0, 9, 'crm-mcp', 'prod', 'gateway', 'alice')
                    """)
            try Migrations.run(on: db)
            return try Int.fetchOne(db, sql: "SELECT state FROM token")
        }
        #expect(state == 2)
    }

    @Test func `keys that calls hold are found when their index becomes a table`() throws {
        let queue = try DatabaseQueue()
        let (entries, indexedTo) = try queue.writeWithoutTransaction { db in
            try Migrations.run(on: db, to: 20)
            for (sequence, claim) in [(3, "zeroblob(32)"), (5, "NULL"), (9, "randomblob(32)")] {
                try db.execute(
                    sql: """
                        INSERT INTO call (tenant_id, sequence, nonce, client_id, claim, arguments_digest, lease_expires_at,
                            expires_at, token_sequence, scope)
                        VALUES ('acme', \(sequence), zeroblob(8), 'crm', \(claim), zeroblob(32), 1, 1, 1, '')
                        """)
            }
            try Migrations.run(on: db, to: 21)
            return (
                try Int64.fetchAll(db, sql: "SELECT sequence FROM call_claim ORDER BY sequence"),
                try Int64.fetchOne(db, sql: "SELECT claims_indexed_to FROM ledger_state")
            )
        }
        #expect(entries == [3, 9])
        #expect(indexedTo == 9)
        #expect(try queue.read { try ClaimIndex.lostCount($0) } == 0)
        // Since version 23 the first start looks for them again.
        let lost = try queue.writeWithoutTransaction { db in
            try Migrations.run(on: db)
            for batchCount in [1, 100] { _ = try ClaimIndex(db, batchCount: batchCount) }
            return try ClaimIndex.lostCount(db)
        }
        #expect(lost == 0)
        #expect(try queue.read { try Int64.fetchOne($0, sql: "SELECT count(*) FROM claim_page") } == 2)
    }

    @Test func `a token that was used stays used when that becomes a row of its own`() throws {
        let queue = try DatabaseQueue()
        let (used, states) = try queue.writeWithoutTransaction { db in
            try Migrations.run(on: db, to: 21)
            for (sequence, state) in [(2, 0), (4, 1), (6, 2), (8, 1)] {
                try db.execute(
                    sql: """
                        INSERT INTO token (tenant_id, sequence, token_id, kind, state, expires_at, connector_id,
                            environment_id, client_id, subject)
                        VALUES ('acme', \(sequence), zeroblob(16), 0, \(state), 9, 'crm-mcp', 'prod', 'gateway', 'alice')
                        """)
            }
            try Migrations.run(on: db)
            return (
                try Int64.fetchAll(db, sql: "SELECT sequence FROM used_token"),
                try Int64.fetchAll(db, sql: "SELECT state FROM token ORDER BY sequence")
            )
        }
        #expect(used == [4, 8])
        #expect(states == [0, 0, 2, 0])
    }

    @Test func `running again changes nothing`() throws {
        let queue = try DatabaseQueue()
        let changes = try queue.writeWithoutTransaction { db in
            try Migrations.run(on: db)
            let before = db.totalChangesCount
            try Migrations.run(on: db)
            return db.totalChangesCount - before
        }
        #expect(changes == 0)
    }

    @Test func `every table is strict and has the tenant first in its key`() throws {
        let queue = try DatabaseQueue()
        try queue.writeWithoutTransaction { try Migrations.run(on: $0) }
        let tables = try queue.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT name, strict, (SELECT column.name FROM pragma_table_info(list.name) AS column WHERE pk = 1) AS key
                    FROM pragma_table_list AS list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'
                    """)
        }
        #expect(tables.count == 35)
        for table in tables {
            let name: String = table["name"]
            #expect(table["strict"] == 1, "\(name)")
            // What is the process's and not a tenant's.
            let own = ["ledger_state": "id", "audit_export_trouble": "destination"]
            #expect(table["key"] == own[name] ?? "tenant_id", "\(name)")
        }
    }
}
