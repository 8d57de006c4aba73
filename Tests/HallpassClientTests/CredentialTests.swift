import ScriptedServer
import Synchronization
import Testing

@testable import HallpassClient

struct CredentialTests {
    private static let note: JSON = ["body": "Called back.", "idempotency_key": "k"]

    @Test func `a call is given what its server reaches the backend with, once, and nothing prints it`() async throws {
        let answer = #"{"access_token":"at-verysecret","token_type":"Bearer","expires_in":60}"#
        try await ScriptedServer.run([.init(body: answer)]) { upstream in
            try await LiveBroker.run { broker in
                try await broker.putCredential(tokensAt: upstream.port)
                let token = try await broker.token(arguments: Self.note)
                let printed = Mutex("")
                let result = await (try broker.client()).guarded(tool: "add_note", token: token, arguments: Self.note) {
                    call in
                    let credential = try await call.credential()
                    #expect(
                        credential == .bearer("at-verysecret", scopes: ["notes:write"], expiresAt: 1_800_000_060))
                    var dumped = ""
                    dump(credential, to: &dumped)
                    let text = "\(credential) \(String(reflecting: credential)) \(dumped)"
                    printed.withLock { $0 = text }
                    let again = await #expect(throws: Refusal.self) { try await call.credential() }
                    #expect(again?.code == "credential_already_issued")
                    return "noted"
                }
                #expect(result.text == "noted")
                #expect(!printed.withLock { $0 }.contains("verysecret"))
                #expect(printed.withLock { $0 }.contains("<redacted>"))
            }
        }
    }

    @Test func `where there is none the call fails in the broker's words, for a retry too`() async throws {
        try await LiveBroker.run { broker in
            let client = try broker.client()
            for origin in [ToolAnswer.Origin.executed, .replayed] {
                let token = try await broker.token(arguments: Self.note)
                let answer = await client.guarded(tool: "add_note", token: token, arguments: Self.note) { call in
                    _ = try await call.credential()
                    return .null
                }
                #expect(answer.isError && answer.origin == origin)
                #expect(answer.content["error"]?["code"] == "credential_not_found")
                #expect(answer.content["error"]?["retryable"] == false)
            }
        }
    }

    @Test(
        arguments: [
            .init(body: #"{"type":"bearer","value":""}"#), .init(body: #"{"type":"other","value":"x"}"#),
            .init(body: "<html>"), .status(500), .status(401), .cut,
        ] as [ScriptedServer.Script])
    func `whatever is no credential is none`(script: ScriptedServer.Script) async throws {
        let execute: JSON = [
            "ok": true, "decision": "execute", "call_id": "c", "actor": ["sub": "alice"], "scope": "a", "tenant": "t",
            "environment": "e", "connector": "n", "lease_seconds": 300,
        ]
        try await ScriptedServer.run([.json(execute), script]) { broker in
            guard case .execute(let call) = await broker.client().verify("t", tool: "add_note") else {
                throw MissingValue()
            }
            let refusal = await #expect(throws: Refusal.self) { try await call.credential() }
            #expect(refusal?.code == "unavailable")
            #expect(broker.requests.count == 2)
        }
    }
}
