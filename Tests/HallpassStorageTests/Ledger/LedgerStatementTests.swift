import GRDB
import HallpassCrypto
import Testing

@testable import HallpassStorage

struct LedgerStatementTests {
    private let connection: DatabaseQueue

    init() throws {
        connection = try DatabaseQueue()
        try connection.write { db in
            try db.execute(sql: "CREATE TABLE thing (number INTEGER UNIQUE, name TEXT, bytes BLOB) STRICT")
        }
    }

    @Test(
        arguments: [
            (nil, nil, nil), (0, "", []), (.min, "zoë\u{0}😀", [0, 255]), (.max, "it's \"quoted\"", [1]),
        ] as [(Int64?, String?, [UInt8]?)])
    func `writes values that it reads back as they were, the empty ones too`(
        number: Int64?, name: String?, bytes: [UInt8]?
    ) throws {
        try connection.write { db in
            let insert = try LedgerStatement(db, "INSERT INTO thing VALUES (?, ?, ?)")
            #expect(try insert.run(number, name, bytes) == 1)
            let found = try LedgerStatement(db, "SELECT number, name, bytes FROM thing").first { row in
                (row.isNull(at: 0) ? nil : row.integer(at: 0), row.text(at: 1), row.bytes(at: 2))
            }
            let (foundNumber, foundName, foundBytes) = try #require(found)
            #expect(foundNumber == number)
            #expect(foundName.map { Array($0.utf8) } == name.map { Array($0.utf8) })
            #expect(foundBytes == bytes)
        }
    }

    /// Those that the statement has room for, and those that SQLite has to copy.
    @Test(arguments: [1, 1_000, 2_040, 2_048, 2_049, 70_000])
    func `writes what is long as it was, and what came before it and after it`(length: Int) throws {
        try connection.write { db in
            let insert = try LedgerStatement(db, "INSERT INTO thing VALUES (?, ?, ?)")
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0) }
            for round in Int64(1)...2 {
                try insert.run(round, "before \(round)", bytes)
                try insert.run(-round, String(repeating: "x", count: length), [UInt8(round)])
            }
            let select = try LedgerStatement(db, "SELECT name, bytes FROM thing WHERE number = ?")
            for round in Int64(1)...2 {
                let first = try select.first(round) { ($0.text(at: 0), $0.bytes(at: 1)) }
                let second = try select.first(-round) { ($0.text(at: 0), $0.bytes(at: 1)) }
                #expect(first?.0 == "before \(round)")
                #expect(first?.1 == bytes)
                #expect(second?.0 == String(repeating: "x", count: length))
                #expect(second?.1 == [UInt8(round)])
            }
        }
    }

    @Test func `reads a digest, and tells one that is none`() throws {
        try connection.write { db in
            let insert = try LedgerStatement(db, "INSERT INTO thing (number, bytes) VALUES (?, ?)")
            let select = try LedgerStatement(db, "SELECT bytes FROM thing WHERE number = ?")
            try insert.run(Int64(1), SHA256.hash([1]))
            try insert.run(Int64(2), [1, 2] as [UInt8])
            let digest = try select.first(Int64(1)) { row in try row.digest(at: 0) }
            #expect(digest == SHA256.hash([1]))
            #expect(throws: DamagedRow.self) { try select.first(Int64(2)) { row in try row.digest(at: 0) } }
            let nothing = try select.first(Int64(3)) { row in try row.digest(at: 0) }
            #expect(nothing == nil)
        }
    }

    @Test func `says how many rows it wrote, and what SQLite refused, and can be run again after it`() throws {
        try connection.write { db in
            let insert = try LedgerStatement(db, "INSERT INTO thing (number) VALUES (?)")
            let insertNew = try LedgerStatement(
                db, "INSERT INTO thing (number) VALUES (?) ON CONFLICT (number) DO NOTHING")
            #expect(try insert.run(Int64(1)) == 1)
            #expect(try insertNew.run(Int64(1)) == 0)
            #expect {
                try insert.run(Int64(1))
            } throws: { error in
                (error as? DatabaseError)?.resultCode == .SQLITE_CONSTRAINT
            }
            #expect(try insert.run(Int64(2)) == 1)
        }
    }
}
