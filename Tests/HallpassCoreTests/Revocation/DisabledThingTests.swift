import HallpassCore
import Testing

struct DisabledThingTests {
    @Test(arguments: [
        (HallpassError.Disableable.tool, "crm-mcp/add_note", true), (.tool, "crm-mcp", false),
        (.tool, "/add_note", false),
        (.tool, "crm-mcp/", false), (.tool, "crm-mcp/a/b", true), (.deployment, "crm-mcp@prod", true),
        (.deployment, "crm-mcp", false), (.actor, "auth0|17 \u{E9}", true), (.actor, "", false),
        (.client, "Not A Client", false), (.tenant, "acme", true), (.environment, "prod", true),
    ])
    func `a thing has a name of its kind`(kind: HallpassError.Disableable, id: String, isName: Bool) {
        #expect((DisabledThing(kind, id: id) != nil) == isName)
    }

    @Test(arguments: [
        (HallpassError.Disableable.tenant, "acme", true), (.tenant, "globex", false), (.environment, "prod", true),
        (.environment, "staging", false), (.connector, "crm-mcp", true), (.connector, "crm-mpc", false),
        (.deployment, "crm-mcp@prod", true), (.deployment, "crm-mcp@dev", false), (.client, "support-gateway", true),
        (.client, "nobody", false), (.tool, "crm-mcp/add_note", true), (.tool, "crm-mcp/add_notes", false),
        (.actor, "nobody anyone registered", true),
    ])
    func `it exists where the registry has it`(kind: HallpassError.Disableable, id: String, exists: Bool) throws {
        let thing = try #require(DisabledThing(kind, id: id))
        #expect(try thing.exists(in: Fixture().registry) == exists)
    }

    @Test func `two names that look alike are two things`() throws {
        var things = DisabledThings()
        things.insert(try #require(DisabledThing(.actor, id: "zo\u{E9}")))
        #expect(things.contains(.actor, "zo\u{E9}"))
        #expect(!things.contains(.actor, "zoe\u{301}"))
        #expect(!things.contains(.client, "zo\u{E9}"))
    }

    @Test func `what was put in and taken out leaves nothing behind`() throws {
        let thing = try #require(DisabledThing(.client, id: "gateway"))
        var things = DisabledThings([thing])
        #expect(things.all == [thing])
        things.remove(thing)
        #expect(things == DisabledThings())
    }
}
