import HTTPTypes
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

struct CallOutcomeRoutesTests {
    private func report(_ outcome: JSONValue, of call: String, _ server: TestServer) async throws -> Reply {
        try await server.ask(
            .post, "/v1/calls/\(call)/outcome", as: try server.fixture.acme("crm-server"), json: outcome)
    }

    private func call(_ server: TestServer, key: String) async throws -> String {
        try await Flow.verify(try await Flow.mintedToken(server), server, key: key).text("call_id")
    }

    @Test(
        arguments: [
            ["ok": true, "result": ["note_id": 7]], ["ok": true, "result": nil],
            ["ok": false, "error": ["code": "CRM_DOWN", "retryable": true]],
        ] as [JSONValue])
    func `a retry is given what was reported, exactly`(outcome: JSONValue) async throws {
        try await TestServer.run { server in
            let call = try await call(server, key: "k")
            let kept = try await report(outcome, of: call, server)
            #expect(kept.status == 204)
            #expect(kept.text.isEmpty)
            let again = try await Flow.verify(try await Flow.mintedToken(server), server, key: "k")
            #expect(again.status == 200)
            let replay = try again.json()
            #expect(replay["decision"] == "replay")
            #expect(replay["call_id"] == .string(call))
            #expect(replay["result"] == outcome)
            #expect(replay.count == 4)
        }
    }

    @Test func `what was reported once is not reported otherwise`() async throws {
        try await TestServer.run { server in
            let call = try await call(server, key: "k")
            #expect(try await report(["ok": true, "result": 1], of: call, server).status == 204)
            #expect(try await report(["result": 1, "ok": true], of: call, server).status == 204)
            let other = try await report(["ok": true, "result": 2], of: call, server)
            #expect(other.status == 409)
            #expect(try other.code() == "outcome_conflict")
        }
    }

    @Test(arguments: ["AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB", "x", "%2e%2e"])
    func `a call that is not there, or is no call, is not found`(call: String) async throws {
        try await TestServer.run { server in
            let reply = try await report(["ok": true, "result": 1], of: call, server)
            #expect(reply.status == 404)
        }
    }

    @Test(
        arguments: [
            [:], ["ok": true], ["ok": false], ["ok": true, "error": [:]], ["ok": false, "result": 1],
            ["ok": 1, "result": 1], ["ok": true, "result": 1, "extra": 1], ["ok": false, "error": "down"],
        ] as [JSONValue])
    func `what is no outcome is refused`(outcome: JSONValue) async throws {
        try await TestServer.run { server in
            let reply = try await report(outcome, of: try await call(server, key: "k"), server)
            #expect(reply.status == 400)
            #expect(try reply.code() == "invalid_request")
        }
    }

    @Test func `a retry while the first is under way is told when to come back`() async throws {
        try await TestServer.run { server in
            _ = try await call(server, key: "k")
            server.fixture.clock.advance(seconds: 100)
            let reply = try await Flow.verify(try await Flow.mintedToken(server), server, key: "k")
            let error = try reply.error()
            #expect(error["code"] == "idempotency_in_flight")
            #expect(error["retryable"] == true)
            #expect(error["retry_after_seconds"] == 200)
            #expect(error["suggested_action"] == "wait")
        }
    }
}
