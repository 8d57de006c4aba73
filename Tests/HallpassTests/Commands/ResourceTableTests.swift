import StrictJSON
import Testing

@testable import hallpass

struct ResourceTableTests {
    @Test func `columns are as wide as their widest cell and what is missing is a dash`() {
        let table = ResourceTable.tenants([["id": "acme-international", "display_name": "Acme"], ["id": "x"]])
        #expect(
            table.text == """
                TENANT              DISPLAY NAME
                acme-international  Acme
                x                   -
                """)
    }

    @Test func `a table of nothing has no text`() {
        #expect(ResourceTable.clients([]).text == nil)
    }

    @Test func `a deployment without an allow-list is not shown as allowing nothing`() {
        let card: JSONValue = [
            "server": "crm", "environment": "prod",
            "auth": ["mode": "oauth", "scopes": ["a", "b"], "token_ttl_seconds": 60],
        ]
        var empty = card.objectValue ?? JSONObject()
        empty["tools_allow"] = []
        let rows = ResourceTable.deployments([card, .object(empty)]).text?.split(separator: "\n").map(String.init)
        #expect(rows?[1] == "crm@prod    oauth  60 s  a, b    (read tools)")
        #expect(rows?[2] == "crm@prod    oauth  60 s  a, b    -")
    }

    @Test func `cells cannot drive the terminal`() {
        #expect(ResourceTable.tenants([["id": "a\u{1B}[2J\nb"]]).text?.contains("a\\u{1b}[2J\\u{a}b") == true)
    }

    @Test func `an audit record shows who, where and how it ended`() {
        let denied = AuditLine([
            "seq": 5, "time": "T", "event": "verify", "decision": "deny", "code": "token_expired", "sub": "alice",
            "client_id": "gw", "connector": "crm", "environment": "prod", "tool": "find",
        ])
        #expect([denied.outcome, denied.who, denied.place] == ["token_expired", "alice via gw", "crm@prod find"])
        let admin = AuditLine([
            "seq": 6, "event": "revoke", "decision": "allow", "client_id": "ops", "target": "actor bob",
        ])
        #expect([admin.outcome, admin.who, admin.place] == ["allow", "ops", "actor bob"])
    }
}
