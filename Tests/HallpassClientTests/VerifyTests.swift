import NIOCore
import ScriptedServer
import Testing

@testable import HallpassClient

struct VerifyTests {
    private func refusal(_ decision: Decision) -> Refusal? {
        guard case .deny(let refusal) = decision else { return nil }
        return refusal
    }

    @Test func `the key may stand beside the arguments`() async throws {
        try await LiveBroker.run { broker in
            let client = try broker.client()
            let token = try await broker.token(tool: "find_contact")
            guard case .execute(let call) = await client.verify(token, tool: "find_contact", idempotencyKey: "k") else {
                Issue.record("it was not let through")
                return
            }
            #expect(call.leaseSeconds == 300)
            #expect(call.answer["tool"] == "find_contact")
            try await client.report(.result(["found": []]), of: call.id)
            let again = try await broker.token(tool: "find_contact")
            guard case .replay(let outcome) = await client.verify(again, tool: "find_contact", idempotencyKey: "k")
            else {
                Issue.record("it is no replay")
                return
            }
            #expect(outcome == .result(["found": []]))
        }
    }

    @Test func `a token of another environment is refused, whichever way that one was named`() async throws {
        try await LiveBroker.run { broker in
            let token = try await broker.token(tool: "find_contact")
            let byClient = try await broker.client(environment: "dev").verify(token, tool: "find_contact")
            #expect(refusal(byClient)?.code == "wrong_audience")
            let byCall = try await broker.client().verify(token, tool: "find_contact", environment: "dev")
            #expect(refusal(byCall)?.code == "wrong_audience")
        }
    }

    @Test func `a server whose secret is wrong runs nothing, and only its operator learns why`() async throws {
        try await LiveBroker.run { broker in
            let troubles = TroubleLog()
            let client = try broker.client(secret: "hp_crm-server_wrong", troubles: troubles)
            let refused = refusal(
                await client.verify(try await broker.token(tool: "find_contact"), tool: "find_contact"))
            #expect(refused?.code == "unavailable")
            guard case .noDecision("find_contact", "it answered 401 invalid_client", _?) = troubles.troubles.first
            else {
                Issue.record("\(troubles.troubles)")
                return
            }
        }
    }

    @Test func `a question that the broker cannot read is handed on as it says`() async throws {
        try await LiveBroker.run { broker in
            let refused = refusal(
                try await broker.client().verify("t", tool: "find_contact", arguments: ["n": JSON(Int.max)]))
            #expect(refused?.code == "invalid_json")
        }
    }

    @Test func `nobody at home is no decision`() async throws {
        let port = try await ScriptedBroker.run([.cut]) { $0.port }
        let troubles = TroubleLog()
        let client = HallpassClient(
            connection: BrokerConnection(
                address: "http://127.0.0.1:\(port)", clientID: "c", secret: "s", timeout: .seconds(30)),
            environment: nil, onTrouble: troubles.append, pause: { _ in })
        let refused = refusal(await client.verify("t", tool: "add_note"))
        #expect(refused?.code == "unavailable" && refused?.isRetryable == true && refused?.retryAfterSeconds == 5)
        #expect(troubles.troubles.count == 1)
    }

    private static let execute: JSON = [
        "ok": true, "decision": "execute", "call_id": "c", "actor": ["sub": "alice"], "scope": "a b", "tenant": "t",
        "environment": "e", "connector": "n", "lease_seconds": 300,
    ]

    /// One member less, or of another kind: what is relied on has to be there.
    @Test(arguments: [
        "ok", "decision", "call_id", "actor", "scope", "tenant", "environment", "connector", "lease_seconds",
    ])
    func `leave to act is clear or is none`(member: String) async throws {
        let rest = try required(Self.execute.members).filter { $0.name != member }
        for answer in [JSON(members: rest), JSON(members: rest + [(name: member, value: JSON(["x"]))])] {
            try await ScriptedBroker.run([.json(answer)]) { broker in
                #expect(refusal(await broker.client().verify("t", tool: "add_note"))?.code == "unavailable")
            }
        }
        try await ScriptedBroker.run([.json(Self.execute)]) { broker in
            guard case .execute(let call) = await broker.client().verify("t", tool: "add_note") else {
                Issue.record("it was not let through")
                return
            }
            #expect(call.scopes == ["a", "b"])
        }
    }

    @Test(
        arguments: [
            .status(200), .status(204), .status(302), .status(500), .json(execute, status: 201),
            .json(execute, status: 500), .json(["ok": true, "decision": "replay", "result": ["ok": true]]),
            .json(["ok": false, "decision": "deny", "error": ["code": 1]]), .json("execute"), .json([]),
            ScriptedBroker.Script(body: "<html>"), .cut,
            ScriptedBroker.Script(status: 307, headers: ["Location: http://127.0.0.1:1/v1/verify"]),
        ] as [ScriptedBroker.Script])
    func `whatever is no clear answer is no leave to act, and is not asked for twice`(
        script: ScriptedBroker.Script
    ) async throws {
        try await ScriptedBroker.run([script]) { broker in
            #expect(refusal(await broker.client().verify("t", tool: "add_note"))?.code == "unavailable")
            #expect(broker.requests.count == 1)
        }
    }

    @Test(arguments: [400, 413, 429, 503])
    func `what the broker says of the moment or of the question reaches the model`(status: Int) async throws {
        let error: JSON = [
            "ok": false,
            "error": ["code": "overloaded", "message": "Busy.", "retryable": true, "retry_after_seconds": 7],
        ]
        try await ScriptedBroker.run([.json(error, status: status)]) { broker in
            let refused = refusal(await broker.client().verify("t", tool: "add_note"))
            #expect(refused?.code == "overloaded" && refused?.retryAfterSeconds == 7)
            #expect(refused?.json == error["error"])
        }
    }

    @Test func `a broker that does not answer in time gives no leave to act`() async throws {
        try await Listener.run { inbound, _ in
            for try await _ in inbound {}
        } _: { port in
            let client = try HallpassClient(
                url: "http://127.0.0.1:\(port)", clientID: "c", secret: "s", timeout: .milliseconds(50),
                onTrouble: { _ in })
            #expect(refusal(await client.verify("t", tool: "add_note"))?.code == "unavailable")
        }
    }
}
