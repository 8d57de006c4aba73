import HallpassBroker
import HallpassCore
import HallpassStorage
import StrictJSON
import Testing

struct DisableTests {
    static let things: [(HallpassError.Disableable, String)] = [
        (.tenant, "acme"), (.environment, "prod"), (.connector, "crm-mcp"), (.deployment, "crm-mcp@prod"),
        (.client, "gateway"), (.actor, "alice"), (.tool, "crm-mcp/add_note"),
    ]

    private func thing(_ kind: HallpassError.Disableable, _ id: String) throws -> DisabledThing {
        try #require(DisabledThing(kind, id: id))
    }

    private func disable(
        _ fixture: BrokerFixture, _ kind: HallpassError.Disableable, _ id: String, as admin: String = "ops"
    ) async throws -> DisableReport {
        try await fixture.broker.disable(
            thing(kind, id), reason: "a test", by: fixture.admin(as: admin), fixture.context())
    }

    private func enable(
        _ fixture: BrokerFixture, _ kind: HallpassError.Disableable, _ id: String, as admin: String = "ops"
    ) async throws {
        try await fixture.broker.enable(
            thing(kind, id), reason: "done", by: fixture.admin(as: admin), fixture.context())
    }

    @Test(arguments: things)
    func `what is off is refused at mint and verify and is inactive, also after a restart, until it is on again`(
        kind: HallpassError.Disableable, id: String
    ) async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token().text
            _ = try await disable(fixture, kind, id)
            for _ in 0..<2 {
                #expect(try await fixture.verify(token).refusal == .disabled(kind))
                #expect(try await fixture.isActive(token) == false)
                // The client itself is asked for as it comes in.
                if kind != .client {
                    let refusal = try await fixture.mint(fixture.command()).refusal
                    #expect(refusal == .disabled(kind))
                }
                try await fixture.close()
                try await fixture.open()
            }
            try await enable(fixture, kind, id)
            #expect(try await fixture.verify(try await fixture.token().text).refusal == nil)
        }
    }

    /// What a model reads, and what is enforced, are one thing.
    @Test(arguments: things)
    func `a list of tools has none that is off, from the moment it is off until it is on again`(
        kind: HallpassError.Disableable, id: String
    ) async throws {
        try await BrokerFixture.run { fixture in
            let listed = { @Sendable () throws -> [String] in
                try fixture.broker.tools(of: "crm-mcp@prod", by: fixture.admin()).tools.compactMap {
                    $0.objectValue?["name"]?.stringValue
                }
            }
            let before = try listed()
            #expect(before == ["find_contact", "add_note"])
            _ = try await disable(fixture, kind, id)
            let expected: [String] =
                switch kind {
                // The client is refused as it comes in, and a list is for nobody in particular.
                case .client, .actor: before
                case .tool: ["find_contact"]
                default: []
                }
            for _ in 0..<2 {
                #expect(try listed() == expected)
                try await fixture.close()
                try await fixture.open()
            }
            try await enable(fixture, kind, id)
            #expect(try listed() == before)
        }
    }

    @Test(arguments: things)
    func `what was out when it was switched off stays dead, but for a tool, which has no tokens of its own`(
        kind: HallpassError.Disableable, id: String
    ) async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token().text
            let report = try await disable(fixture, kind, id)
            #expect(report.liveTokens == (kind == .tool ? 0 : 1))
            try await enable(fixture, kind, id)
            #expect(try await fixture.verify(token).refusal == (kind == .tool ? nil : .tokenRevoked))
        }
    }

    @Test func `a switch outlives what it names, and a dead tenant's neighbour notices nothing`() async throws {
        try await BrokerFixture.run { fixture in
            _ = try await disable(fixture, .client, "quiet-gateway")
            let remaining = BrokerFixture.acme.filter { $0.objectValue?["id"] != "quiet-gateway" }
            try await fixture.apply(remaining, to: "acme", prune: true)
            try await fixture.apply(BrokerFixture.acme, to: "acme")
            #expect(throws: Refusal(.enabled, .disabled(.client))) {
                try fixture.client("quiet-gateway").requireEnabled()
            }
            _ = try await disable(fixture, .tenant, "acme")
            let theirs = try await fixture.mint(fixture.command(), tenant: "globex").get()
            #expect(try await fixture.verify(theirs.text, tenant: "globex").refusal == nil)
        }
    }

    @Test func `in a tenant that is off only security and platform admins act`() async throws {
        try await BrokerFixture.run { fixture in
            _ = try await disable(fixture, .tenant, "acme", as: "root")
            for client in ["gateway", "crm-server"] {
                #expect(throws: Refusal(.enabled, .disabled(.tenant))) { try fixture.client(client).requireEnabled() }
            }
            #expect(throws: HallpassError.disabled(.tenant)) { try fixture.admin(as: "looker") }
            let security = try fixture.admin(as: "ops")
            #expect(security.permissions == Role.security.permissions)
            #expect(try fixture.admin(as: "root").permissions.contains(.changeRegistry))
            try await enable(fixture, .tenant, "acme", as: "root")
            #expect(try fixture.admin(as: "looker").permissions == Role.viewer.permissions)
        }
    }

    @Test func `nobody switches off what is not there, what is another's, or themselves`() async throws {
        try await BrokerFixture.run { fixture in
            for (kind, id) in [
                (HallpassError.Disableable.client, "nobody"), (.tenant, "globex"), (.tool, "crm-mcp/add_notes"),
            ] {
                await #expect(throws: HallpassError.notFound) { try await disable(fixture, kind, id) }
            }
            await #expect(throws: HallpassError.notFound) { try await enable(fixture, .connector, "crm-mcp") }
            await #expect(throws: HallpassError.self) { try await disable(fixture, .client, "ops") }
            for admin in ["looker", "root"] {
                await #expect(throws: HallpassError.forbidden(needs: "it needs the role security")) {
                    try await disable(fixture, .actor, "alice", as: admin)
                }
            }
            let token = try await fixture.token().text
            #expect(try await fixture.verify(token).refusal == nil)
        }
    }

    @Test func `who did it and why is in the audit and in the list`() async throws {
        try await BrokerFixture.run { fixture in
            _ = try await fixture.token()
            _ = try await disable(fixture, .actor, "zo\u{E9} | 1")
            _ = try await disable(fixture, .actor, "alice")
            let admin = try fixture.admin(as: "ops")
            let rows = try await fixture.broker.disabledThings(after: nil, limit: 10, by: admin)
            #expect(rows.map(\.thing.id) == ["alice", "zo\u{E9} | 1"])
            #expect(rows.map(\.author) == ["client:ops", "client:ops"])
            let rest = try await fixture.broker.disabledThings(after: rows[0].thing, limit: 10, by: admin)
            #expect(rest == Array(rows.dropFirst()))
            let record = try #require(try await fixture.audit().last)
            #expect(record["event"] == "disable")
            #expect(record["target"] == "actor alice")
            #expect(record["count"] == 1)
            try await enable(fixture, .actor, "alice")
            let undone = try #require(try await fixture.audit().last)
            #expect(undone["event"] == "enable")
            #expect(undone["reason"] == "done")
            // The cutoff stands among the others, with its author.
            let cutoffs = try await fixture.broker.revocations(before: nil, limit: 10, by: admin)
            #expect(cutoffs.map(\.cutoff.id) == ["alice", "zo\u{E9} | 1"])
        }
    }
}
