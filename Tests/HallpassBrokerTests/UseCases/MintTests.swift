import HallpassBroker
import HallpassCore
import StrictJSON
import Testing

struct MintTests {
    @Test func `a granted person's agent gets a token that says who, what, where and for how long`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.mint(fixture.command { $0.transaction = TransactionID("order-17") }).get()
            #expect(token.lifetimeSeconds == 60)
            #expect(token.claims.subject == "alice")
            #expect(token.claims.act == ActorChain("gateway"))
            #expect(token.claims.issuer == "https://hallpass.example")
            #expect(token.claims.audience == "https://crm.example/mcp")
            #expect(token.claims.scope == "notes:write")
            #expect(token.claims.transaction?.rawValue == "order-17")
            #expect(token.text.utf8.count <= 4_096)
        }
    }

    @Test func `an agent that is named becomes the actor's actor`() async throws {
        try await BrokerFixture.run { fixture in
            let command = fixture.command {
                $0.agent = ActorChain(["claude", "orchestrator"]).map(AgentProof.asserted)
            }
            let token = try await fixture.mint(command).get()
            #expect(token.claims.act.subjects == ["claude", "orchestrator"])
        }
    }

    @Test func `a client that may not assert actors proves nothing`() async throws {
        try await BrokerFixture.run { fixture in
            let answer = try await fixture.mint(fixture.command(), as: "quiet-gateway")
            #expect(answer.refusal?.code == .actorNotProven)
        }
    }

    @Test func `only gateways mint`() async throws {
        try await BrokerFixture.run { fixture in
            for client in ["crm-server", "ops"] {
                let answer = try await fixture.mint(fixture.command(), as: client)
                #expect(answer.refusal?.code == .forbidden)
            }
        }
    }

    @Test func `a digest beside arguments must be theirs`() async throws {
        try await BrokerFixture.run { fixture in
            let arguments: JSONObject = try #require(JSONValue.object(JSONObject()).objectValue)
            let digest = ArgumentsDigest.of(arguments, tool: "add_note")
            let good = fixture.command {
                $0.arguments = arguments
                $0.argumentsDigest = digest
            }
            #expect(try await fixture.mint(good).get().claims.argumentsDigest == digest)
            let bad = fixture.command {
                $0.arguments = arguments
                $0.argumentsDigest = ArgumentsDigest.of(arguments, tool: "find_contact")
            }
            #expect(try await fixture.mint(bad).refusal?.code == .invalidRequest)
            let homeless = fixture.command(tool: nil) { $0.arguments = arguments }
            #expect(try await fixture.mint(homeless).refusal?.code == .invalidRequest)
        }
    }

    @Test func `a batch answers item by item, in order, and records each`() async throws {
        try await BrokerFixture.run { fixture in
            let before = try await fixture.audit().count
            let commands: [Result<MintCommand, HallpassError>] = [
                .success(fixture.command()),
                .success(fixture.command("bob")),
                .failure(.invalidRequest(path: "/tool", rule: "type", message: "must be a string")),
                .success(fixture.command(tool: "delete_contact")),
            ]
            let answers = try await fixture.broker.mint(
                batch: commands, by: fixture.client("gateway"), fixture.context())
            #expect(
                answers.map { $0.refusal?.code } == [nil, .actorNotGranted, .invalidRequest, .toolNotAllowed])
            #expect(try await fixture.audit().count == before + 4)
        }
    }

    @Test func `every mint and every refusal is on record with who and what`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token()
            _ = try await fixture.mint(fixture.command("bob"))
            let records = try await fixture.audit().suffix(2)
            let minted = try #require(records.first)
            #expect(minted["event"] == "mint")
            #expect(minted["decision"] == "allow")
            #expect(minted["jti"] == .string(token.claims.id.text))
            #expect(minted["sub"] == "alice")
            #expect(minted["client_id"] == "gateway")
            #expect(minted["address"] == "127.0.0.1")
            let refused = try #require(records.last)
            #expect(refused["decision"] == "deny")
            #expect(refused["code"] == "actor_not_granted")
            #expect(refused["check"] == "grant")
            #expect(refused["sub"] == "bob")
            #expect(refused["tool"] == "add_note")
            #expect(refused["jti"] == nil)
        }
    }
}
