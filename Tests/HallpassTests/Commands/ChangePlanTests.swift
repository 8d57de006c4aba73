import StrictJSON
import Testing

@testable import hallpass

struct ChangePlanTests {
    private static let changes: [JSONValue] = [
        ["op": "create", "kind": "Environment", "name": "prod", "fields": [""]],
        ["op": "update", "kind": "Deployment", "name": "crm-mcp@prod", "fields": ["/auth/scopes", "/tools_allow"]],
        ["op": "delete", "kind": "Grant", "name": "old"],
    ]

    @Test func `a plan shows what it adds, changes and removes, and counts them`() {
        #expect(
            ChangePlan(Self.changes).text == """
                  + environment  prod
                  ~ deployment   crm-mcp@prod
                      /auth/scopes
                      /tools_allow
                  - grant        old
                1 to add, 1 to change, 1 to remove.
                """)
    }

    @Test func `a plan of nothing says so`() {
        #expect(ChangePlan([]).text == "Nothing to change.")
        #expect(ChangePlan([]).isEmpty)
    }

    @Test func `a difference shows values before and after, long ones shortened`() {
        let long = JSONValue.string(String(repeating: "x", count: 200))
        let plan = ChangePlan([
            [
                "op": "update", "kind": "Client", "name": "gw",
                "members": [
                    ["pointer": "/description", "before": "a", "after": "b"],
                    ["pointer": "/assert_actors", "after": true],
                    ["pointer": "/deployments", "before": [1]], ["pointer": "/long", "after": long], 7,
                ],
            ]
        ])
        let lines = plan.text.split(separator: "\n").map(String.init)
        #expect(lines[1] == "      /description: \"a\" -> \"b\"")
        #expect(lines[2] == "      /assert_actors: + true")
        #expect(lines[3] == "      /deployments: - [1]")
        #expect(lines[4].hasSuffix("x..."))
        #expect(lines[4].count < 110)
    }

    @Test func `names cannot drive the terminal`() {
        let plan = ChangePlan([["op": "create", "kind": "Grant", "name": "a\u{1B}[2J"]])
        #expect(!plan.text.contains("\u{1B}"))
    }

    private static let answer: JSONValue = [
        "ok": true, "dry_run": false, "revision": 4, "secrets": ["gw": "hp_gw_SHOWN"],
        "plan": ["changes": [["op": "create", "kind": "Client", "name": "gw", "fields": []]]],
    ]

    @Test func `secrets are shown once with a word that they are not shown again`() throws {
        let report = try RegistryChangeReport(Self.answer.objectValue ?? JSONObject())
        let tenant = TenantIDs.acme
        let shown = report.text(tenant: tenant, secretsFile: nil)
        #expect(shown.contains("gw  hp_gw_SHOWN"))
        #expect(shown.contains("not shown again"))
        #expect(shown.contains("Done: revision 4."))
        #expect(report.json(secretsFile: nil) == Self.answer)
    }

    @Test func `secrets that went to a file are shown nowhere`() throws {
        let report = try RegistryChangeReport(Self.answer.objectValue ?? JSONObject())
        let text = report.text(tenant: TenantIDs.acme, secretsFile: "s.json")
        let json = report.json(secretsFile: "s.json").prettyPrinted()
        #expect(!(text + json).contains("SHOWN"))
        #expect(text.contains("s.json"))
        #expect(json.contains("\"secrets_file\": \"s.json\""))
    }

    @Test func `a dry run says that nothing changed`() throws {
        var answer = Self.answer.objectValue ?? JSONObject()
        answer["dry_run"] = true
        answer["secrets"] = [:]
        let text = try RegistryChangeReport(answer).text(tenant: TenantIDs.acme, secretsFile: nil)
        #expect(text.hasSuffix("This was a dry run; nothing changed."))
    }

    @Test(arguments: ["{}", "{\"plan\":{}}", "{\"plan\":{\"changes\":[]}}"])
    func `an answer without a plan is no answer`(text: String) throws {
        let answer = try JSONParser.parse(Array(text.utf8)).objectValue ?? JSONObject()
        #expect(throws: CommandFailure.self) { try RegistryChangeReport(answer) }
    }
}
