import HallpassCore
import StrictJSON
import Testing

@testable import HallpassBroker

struct DelegationTests {
    private func token(_ text: String) -> AgentProof { .token(IdentityToken(text: text, type: .jwt)) }

    @Test func `an actor token says who acts, and its issuer is on record beside the actor's`() async throws {
        try await BrokerFixture.run { fixture in
            let people = try await TestProvider()
            let agents = try await TestProvider("https://agents.example")
            try await fixture.apply(
                [people.document(), agents.document("agents") { $0["claims"] = ["prefix": "agent:"] }], to: "acme")
            let agent = try agents.token { $0["sub"] = "helper" }
            let minted = try await fixture.mint(with: people.token(), agent: token(agent)).get()
            #expect(minted.claims.act == ActorChain("agent:helper"))
            let record = try #require(try await fixture.audit().last)
            #expect(record["issuer"] == "corp")
            #expect(record["act_issuer"] == "agents")
        }
    }

    @Test func `a bad actor token refuses the whole, and the record says whose it was`() async throws {
        try await BrokerFixture.run { fixture in
            let people = try await TestProvider()
            let agents = try await TestProvider("https://agents.example")
            try await fixture.apply([people.document(), agents.document("agents")], to: "acme")
            let expired = try agents.token { $0["exp"] = .integer(BrokerFixture.start) }
            #expect(try await fixture.mint(with: people.token(), agent: token(expired)).refusal == .actorTokenExpired)
            let record = try #require(try await fixture.audit().last)
            #expect(record["act_issuer"] == "agents")
            #expect(record["sub"] == "alice")
            #expect(record["proof_check"] == "time")
        }
    }

    @Test func `who acts already stays in the chain, up to four`() async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            try await fixture.apply([provider.document()], to: "acme")
            func chain(_ count: Int) -> JSONValue? {
                (0..<count).reversed().reduce(nil) { inner, index in
                    var link = JSONObject()
                    link["sub"] = .string("a\(index)")
                    link["iss"] = "https://elsewhere.example"
                    link["act"] = inner
                    return .object(link)
                }
            }
            let good = try provider.token { $0["act"] = chain(3) }
            #expect(
                try await fixture.mint(with: good).get().claims.act.subjects == ["quiet-gateway", "a0", "a1", "a2"])
            for count in [4, 5, 60] {
                let long = try provider.token { $0["act"] = chain(count) }
                #expect(try await fixture.mint(with: long).refusal?.code == .actorNotProven)
                #expect(try await fixture.lastVerdict().last == "delegation")
            }
        }
    }

    @Test func `an agent that acts for somebody else again is refused`() async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            try await fixture.apply([provider.document()], to: "acme")
            let agent = try provider.token {
                $0["sub"] = "helper"
                $0["act"] = ["sub": "other"]
            }
            #expect(
                try await fixture.mint(with: provider.token(), agent: token(agent)).refusal?.code == .actorNotProven)
        }
    }

    @Test func `a client's word on who acts counts only where its word on the actor would`() async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            try await fixture.apply([provider.document()], to: "acme")
            let named = AgentProof.asserted(ActorChain("helper"))
            #expect(
                try await fixture.mint(with: provider.token(), agent: named).refusal
                    == .actorNotProven("this client may not assert who acts"))
            let trusted = try await fixture.mint(with: provider.token(), agent: named, client: "gateway").get()
            #expect(trusted.claims.act == ActorChain("helper"))
        }
    }

    /// Every claim that `may_act` names, the one who acts must have just so.
    @Test(arguments: [
        (#"{"sub":"helper"}"#, true), (#"{"sub":"helper","iss":"https://id.example"}"#, true),
        (#"{"sub":"other"}"#, false), (#"{"sub":"helper","iss":"https://other.example"}"#, false),
        (#"{"sub":"helper","email":"x"}"#, false), ("{}", false), (#""helper""#, false), ("null", false),
    ])
    func `the actor's token may say who may act`(mayAct: String, good: Bool) async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            try await fixture.apply([provider.document()], to: "acme")
            let value = try JSONParser.parse(Array(mayAct.utf8))
            let actor = try provider.token { $0["may_act"] = value }
            let agent = try provider.token { $0["sub"] = "helper" }
            let answer = try await fixture.mint(with: actor, agent: token(agent))
            #expect(
                answer.refusal == (good ? nil : .actorNotProven("the token says that somebody else may act")))
        }
    }

    @Test(arguments: [("quiet-gateway", true), ("gateway", false)])
    func `without an actor token the client itself has to be the one who may act`(
        name: String, good: Bool
    ) async throws {
        try await BrokerFixture.run { fixture in
            let provider = try await TestProvider()
            try await fixture.apply([provider.document()], to: "acme")
            let actor = try provider.token { $0["may_act"] = ["sub": .string(name)] }
            #expect((try await fixture.mint(with: actor).refusal == nil) == good)
        }
    }
}
