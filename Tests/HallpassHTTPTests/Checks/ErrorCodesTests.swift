import HTTPTypes
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

/// The table of error codes, as callers were given it: every code of it is met here, and there is no other.
struct ErrorCodesTests {
    private struct Row: Sendable {
        let code: String
        let status: Int?
        let isRetryable: Bool
        let suggestedAction: String
    }

    private static func table() throws -> [Row] {
        try ProtocolPage.rows(under: "# Error codes", of: "errors.md").map { row in
            Row(
                code: ProtocolPage.words(row[0])[0], status: Int(row[1]), isRetryable: row[2] == "yes",
                suggestedAction: ProtocolPage.words(row[3])[0])
        }
    }

    @Test func `the table names every code, once, and nothing else`() throws {
        #expect(try Self.table().map(\.code).sorted() == ErrorCode.wireCases.map(\.rawValue).sorted())
    }

    @Test(arguments: ErrorCode.wireCases)
    func `a code is met with the status, retry and next step of the table, and is on record`(
        code: ErrorCode
    ) async throws {
        let row = try required(try Self.table().first { $0.code == code.rawValue })
        try await TestServer.run(queueCapacity: 1) { server in
            let reply = try await code.example.ask(server)
            let place: Comment = "\(reply.text)"
            let error = try reply.error()
            #expect(error["code"]?.stringValue == row.code, place)
            #expect(error["retryable"]?.boolValue == row.isRetryable, place)
            #expect(error["suggested_action"]?.stringValue == row.suggestedAction, place)
            #expect((error["retry_after_seconds"] != nil) == row.isRetryable, place)
            #expect(error["request_id"]?.stringValue == reply.headers[.requestID], place)
            if reply.status == 200 {
                #expect(try reply.text("decision") == "deny", place)
            } else {
                #expect(reply.status == row.status, place)
                try expectErrorShape(reply, place)
            }
            try await expectRecord(row.code, code.example, reply, server)
        }
    }

    @Test func `a constraint is met with the code, retry and next step that its author gave it`() async throws {
        let example = ErrorCode.constraintViolated.example
        try await TestServer.run { server in
            let reply = try await example.ask(server)
            let error = try reply.error()
            #expect(error["code"] == "NOTE_TOO_LONG")
            #expect(error["message"] == "Notes are short here.")
            #expect(error["retryable"] == false)
            #expect(error["suggested_action"] == "summarise")
            try await expectRecord("NOTE_TOO_LONG", example, reply, server)
        }
    }

    private func expectRecord(_ code: String, _ example: CodeExample, _ reply: Reply, _ server: TestServer) async throws
    {
        let record = try await server.fixture.lastRecord(of: example.chain)
        guard let check = example.check else {
            return #expect(record["request_id"]?.stringValue != reply.headers[.requestID])
        }
        #expect(record["code"]?.stringValue == code)
        #expect(record["check"]?.stringValue == check.rawValue)
        #expect(record["request_id"]?.stringValue == reply.headers[.requestID])
    }
}
