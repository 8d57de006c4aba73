import HallpassCore
import StrictJSON
import Testing

struct `A registry holds together` {
    @Test func `when everything that is named is there`() throws {
        #expect(try RegistryValidation.violations(in: .acme()) == [])
    }

    /// Each row spoils one document of a valid tenant.
    @Test(arguments: [
        (
            RegistryText.card, "/server", "\"crm-mpc\"",
            "deployment crm-mpc@prod /server reference: is crm-mpc, which is not a connector of this tenant; did you mean crm-mcp?"
        ),
        (
            RegistryText.card, "/environment", "\"prd\"",
            "deployment crm-mcp@prd /environment reference: is prd, which is not an environment of this tenant; did you mean prod?"
        ),
        (
            RegistryText.card, "/tools_allow/0", "\"find_contcat\"",
            "deployment crm-mcp@prod /tools_allow reference: has find_contcat, which is not a tool of connector crm-mcp; "
                + "did you mean find_contact?"
        ),
        (
            RegistryText.card, "/tools_allow/0", "\"delete_contact\"",
            "deployment crm-mcp@prod /tools_allow scope: has delete_contact, which needs contacts:delete, and auth.scopes "
                + "does not have it"
        ),
        (
            RegistryText.card, "/auth/session_scopes", "[\"contacts:read\", \"a\", \"b\"]",
            "deployment crm-mcp@prod /auth/session_scopes scope: has a b, which auth.scopes does not have"
        ),
        (
            RegistryText.card, "/limits",
            #"{"tools": {"find_contcat": {"calls": 1, "seconds": 1}, "add_note": {"calls": 1, "seconds": 1}}}"#,
            "deployment crm-mcp@prod /limits/tools reference: has find_contcat, which is not a tool of connector crm-mcp; "
                + "did you mean find_contact?"
        ),
        (
            RegistryText.grant, "/connector", "\"crm\"",
            "grant alice-crm /connector reference: is crm, which is not a connector of this tenant"
        ),
        (
            RegistryText.grant, "/environment", "\"qa\"",
            "grant alice-crm /environment reference: is qa, which is not an environment of this tenant"
        ),
        (
            RegistryText.grant, "/environment", "\"dev\"",
            "grant alice-crm /environment reference: is dev, where connector crm-mcp is not deployed; it is in prod"
        ),
        (
            RegistryText.grant, "/scopes/0", "\"notes:read\"",
            "grant alice-crm /scopes scope: has notes:read, which deployment crm-mcp@prod does not have"
        ),
        (
            RegistryText.grant, "/tools/0", "\"nothing\"",
            "grant alice-crm /tools reference: has nothing, which is not a tool of connector crm-mcp"
        ),
        (
            RegistryText.server, "/deployments", "[\"crm-mcp@prod\", \"crm-mcp@dev\", \"crm-mcp@pord\"]",
            "client crm-server /deployments reference: has crm-mcp@dev, which is not a deployment of this tenant | "
                + "client crm-server /deployments reference: has crm-mcp@pord, which is not "
                + "a deployment of this tenant; did you mean crm-mcp@prod?"
        ),
        (
            RegistryText.automation, "/roles/0", "\"platform_admin\"",
            "client ci /roles role: has platform_admin, which only clients of tenant platform may have"
        ),
    ])
    func `unless one names what is not there or takes more than it may`(
        text: String, pointer: String, value: String, expected: String
    ) throws {
        // A renamed card would leave its grant and its client without a deployment; what they say of it is not at issue.
        let isCard = text == RegistryText.card
        let others = RegistryText.everything.filter {
            $0 != text && !(isCard && [RegistryText.grant, RegistryText.server].contains($0))
        }
        let registry = try TenantRegistry(others + [changed(text, pointer, to: value)])
        let found = RegistryValidation.violations(in: registry).map { found in
            "\(found.key?.text ?? "") \(found.violation.path) \(found.violation.rule): \(found.violation.message)"
        }
        #expect(found == expected.split(separator: " | ").map(String.init))
    }

    @Test func `unless two connectors have one resource, which both are told`() throws {
        let twin = try changed(RegistryText.connector, "/id", to: "\"twin\"")
        let found = try RegistryValidation.violations(in: TenantRegistry(RegistryText.everything + [twin]))
        #expect(found.map(\.key?.text) == ["connector crm-mcp", "connector twin"])
        #expect(found.map(\.violation.path) == ["/resource", "/resource"])
        #expect(
            found.map(\.violation.message) == [
                "is the resource of connector twin too", "is the resource of connector crm-mcp too",
            ])
    }

    @Test func `and a platform admin belongs to the platform's own tenant`() throws {
        var registry = TenantRegistry(tenant: Tenant(id: .platform))
        registry.put(.client(Client(id: "root", kind: .automation(roles: [.platformAdmin]))))
        #expect(RegistryValidation.violations(in: registry) == [])
    }

    @Test func `and a tool that is only implied may need scopes that the deployment lacks`() throws {
        let card = try changed(changed(RegistryText.card, "/tools_allow", to: nil), "/auth/scopes", to: "[]")
        #expect(
            try RegistryValidation.violations(in: TenantRegistry([RegistryText.prod, RegistryText.connector, card]))
                == [])
    }

    @Test func `and a flood of violations is cut at a hundred`() throws {
        var registry = try TenantRegistry.acme()
        for number in 0..<150 {
            let id = try #require(GrantID("grant-\(number)"))
            registry.put(.grant(Grant(id: id, subject: .user("bob"), deployment: "no@where", scopes: .empty)))
        }
        #expect(RegistryValidation.violations(in: registry).count == 100)
    }
}
