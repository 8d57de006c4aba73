import ScriptedServer
import Testing

@testable import HallpassClient

struct ReportTests {
    private func call(_ broker: LiveBroker, _ client: HallpassClient) async throws -> PermittedCall {
        let token = try await broker.token(tool: "find_contact")
        guard case .execute(let call) = await client.verify(token, tool: "find_contact", idempotencyKey: "k") else {
            throw MissingValue()
        }
        return call
    }

    @Test func `the same report twice is one, and another one is a conflict`() async throws {
        try await LiveBroker.run { broker in
            let client = try broker.client()
            let call = try await call(broker, client)
            try await client.report(.result(["n": 1]), of: call.id)
            try await client.report(.result(["n": 1]), of: call.id)
            await #expect(throws: ReportError.conflict) { try await client.report(.result(["n": 2]), of: call.id) }
        }
    }

    @Test(arguments: ["AAAAAAAAAAAAAAAAAAAAAA", "", "../x", "a/b", "a?b", "é"])
    func `a call that is none of this client's is not known`(id: String) async throws {
        try await LiveBroker.run { broker in
            let client = try broker.client()
            await #expect(throws: ReportError.unknownCall) { try await client.report(.result(.null), of: id) }
        }
    }

    @Test func `a result that is too large is reported as one that was not kept`() async throws {
        try await LiveBroker.run { broker in
            let client = try broker.client()
            let call = try await call(broker, client)
            try await client.report(.result(JSON(String(repeating: "a", count: 5_000_000))), of: call.id)
            let token = try await broker.token(tool: "find_contact")
            guard case .replay(let outcome) = await client.verify(token, tool: "find_contact", idempotencyKey: "k")
            else { throw MissingValue() }
            #expect(outcome == Outcome.notRetained)
        }
    }

    @Test func `what may help later is tried again, five times and no more`() async throws {
        for script in [ScriptedBroker.Script.status(500), .status(503), .status(429), .cut] {
            try await ScriptedBroker.run([script]) { broker in
                let thrown = await #expect(throws: ReportError.self) {
                    try await broker.client().report(.result(1), of: "c")
                }
                guard case .undelivered = thrown else { throw MissingValue() }
                #expect(broker.requests.count == 5)
                #expect(Set(broker.requests).count == 1)
            }
            try await ScriptedBroker.run([script, script, script, script, .status(204)]) { broker in
                try await broker.client().report(.result(1), of: "c")
                #expect(broker.requests.count == 5)
            }
        }
    }

    @Test(arguments: [200, 302, 400, 401, 403])
    func `what will not get better is not tried again`(status: Int) async throws {
        try await ScriptedBroker.run([.status(status)]) { broker in
            await #expect(throws: ReportError.refused("it answered \(status)")) {
                try await broker.client().report(.result(1), of: "c")
            }
            #expect(broker.requests.count == 1)
        }
    }
}
