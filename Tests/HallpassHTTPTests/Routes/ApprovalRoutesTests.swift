import Foundation
import HTTPTypes
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

struct ApprovalRoutesTests {
    private static let approvals = "/v1/tenants/acme/approvals"
    private static let marker = "zq-argument-zq"

    /// Makes notes of agents need an approval.
    private static func requireApproval(_ server: TestServer) async throws {
        let card: JSONValue = [
            "server": "crm-mcp", "environment": "prod", "tools_allow": ["find_contact", "add_note"],
            "auth": ["mode": "oauth", "scopes": ["contacts:read", "notes:write"], "token_ttl_seconds": 3600],
            "approval": ["tools": ["add_note"]],
        ]
        let reply = try await server.ask(
            .put, "/v1/tenants/acme/deployments/crm-mcp@prod", as: try server.fixture.acme("admin"), json: card)
        #expect(reply.status == 200, "\(reply.text)")
    }

    private static func mint(_ server: TestServer, shown: String? = nil) async throws -> Reply {
        var request = try required(Flow.mintAddNote.objectValue)
        request["arguments"] = ["body": .string(marker)]
        request["approval_id"] = shown.map(JSONValue.string)
        return try await server.ask(
            .post, "/v1/call-tokens", as: try server.fixture.acme("gateway"), json: .object(request))
    }

    private static func approvalID(_ reply: Reply) throws -> String {
        let details = try required(try reply.error()["details"]?.arrayValue)
        return try required(details.compactMap { $0.objectValue?["approval_id"]?.stringValue }.first)
    }

    private static func decide(
        _ server: TestServer, _ id: String, _ verb: String, as client: String = "admin", reason: JSONValue = "Fine."
    ) async throws -> Reply {
        try await server.ask(
            .post, "\(approvals)/\(id)/\(verb)", as: try server.fixture.acme(client), json: ["reason": reason])
    }

    @Test func `a call is refused, approved, minted and not minted again`() async throws {
        try await TestServer.run { server in
            try await Self.requireApproval(server)
            let refused = try await Self.mint(server)
            #expect(refused.status == 403)
            #expect(try refused.code() == "approval_required")
            #expect(try refused.error()["suggested_action"] == "route_to_human_approval")
            let id = try Self.approvalID(refused)
            let early = try await Self.mint(server, shown: id)
            #expect(early.status == 409)
            #expect(try early.code() == "approval_pending")
            #expect(try early.error()["retryable"] == true)
            #expect(early.headers[.retryAfter] == String(Limits.approvalPollSeconds))
            let approved = try await Self.decide(server, id, "approve")
            #expect(approved.status == 200, "\(approved.text)")
            #expect(try approved.json()["state"] == "approved")
            #expect(try await Self.mint(server, shown: id).status == 200)
            let spent = try await Self.mint(server, shown: id)
            #expect(try spent.code() == "approval_required")
            let closed = try await Self.decide(server, id, "reject")
            #expect(closed.status == 409)
            #expect(try closed.code() == "approval_closed")
        }
    }

    @Test func `a person decides, under their own name, and not on a call for themselves by whatever name`()
        async throws
    {
        try await TestServer.run { server in
            try await Self.requireApproval(server)
            let id = try Self.approvalID(try await Self.mint(server))
            let roles: JSONValue = ["security"]
            let namesakes = [
                try await Browser.person(server, "alice", ["roles": roles]),
                try await Browser.person(server, "al", ["roles": roles, "subject": "alice"]),
            ]
            for person in namesakes {
                let own = try await person.ask(.post, "\(Self.approvals)/\(id)/approve", json: ["reason": "Mine."])
                #expect(own.status == 403, "\(own.text)")
            }
            let bob = try await Browser.person(server, "bob", ["roles": roles])
            let approved = try await bob.ask(.post, "\(Self.approvals)/\(id)/approve", json: ["reason": "Fine."])
            #expect(approved.status == 200, "\(approved.text)")
            #expect(approved.text.contains("admin:bob"))
            #expect(try await server.fixture.lastRecord(of: "acme")["admin"] == "bob")
        }
    }

    @Test func `OAuth has a word for waiting`() async throws {
        try await TestServer.run { server in
            try await Self.requireApproval(server)
            let actor = Data(#"{"sub":"alice"}"#.utf8).base64EncodedString().replacing("=", with: "")
            func exchange(_ more: String = "") async throws -> Reply {
                try await server.post(
                    "/oauth/token", as: try server.fixture.acme("gateway"),
                    form: "grant_type=\(TokenExchangeForm.grantType)&subject_token=\(actor)"
                        + "&subject_token_type=urn:ietf:params:oauth:token-type:unsigned_json&audience=crm-mcp"
                        + "&environment=prod&tool=add_note&arguments=%7B%7D" + more)
            }
            let refused = try await exchange()
            #expect(try refused.text("error") == "access_denied")
            let id = try Self.approvalID(refused)
            let early = try await exchange("&approval_id=\(id)")
            #expect(try early.text("error") == "authorization_pending")
            #expect(try early.text("code") == "approval_pending")
            _ = try await Self.decide(server, id, "reject")
            let rejected = try await exchange("&approval_id=\(id)")
            #expect(rejected.status == 403)
            #expect(try rejected.text("error") == "access_denied")
            #expect(try rejected.text("code") == "approval_rejected")
        }
    }

    @Test func `what waits is listed without arguments, and shown with them`() async throws {
        try await TestServer.run { server in
            try await Self.requireApproval(server)
            let id = try Self.approvalID(try await Self.mint(server))
            let admin = try server.fixture.acme("admin")
            let list = try await server.ask(.get, "\(Self.approvals)?state=pending&limit=1", as: admin)
            #expect(list.status == 200)
            #expect(!list.text.contains(Self.marker))
            let item = try required(try list.json()["items"]?.arrayValue?.first?.objectValue)
            #expect(item["id"]?.stringValue == id)
            #expect(item["state"] == "pending")
            #expect(item["tool"] == "add_note")
            #expect(item["actor"] == ["sub": "alice", "act": ["sub": "gateway"]])
            let shown = try await server.ask(.get, "\(Self.approvals)/\(id)", as: admin)
            #expect(try shown.json()["arguments"] == ["body": .string(Self.marker)])
            let none = try await server.ask(.get, "\(Self.approvals)?state=used", as: admin)
            #expect(none.text == #"{"items":[]}"#)
            for state in ["waiting", ""] {
                #expect(try await server.ask(.get, "\(Self.approvals)?state=\(state)", as: admin).status == 400)
            }
        }
    }

    @Test func `lists page without gaps`() async throws {
        try await TestServer.run { server in
            try await Self.requireApproval(server)
            let gateway = try server.fixture.acme("gateway")
            var asked: [String] = []
            for number in 0..<5 {
                var request = try required(Flow.mintAddNote.objectValue)
                request["arguments"] = ["number": .integer(Int64(number))]
                let reply = try await server.ask(.post, "/v1/call-tokens", as: gateway, json: .object(request))
                asked.append(try Self.approvalID(reply))
            }
            let admin = try server.fixture.acme("admin")
            var listed: [String] = []
            var cursor = ""
            repeat {
                let page = try await server.ask(.get, "\(Self.approvals)?limit=2\(cursor)", as: admin).json()
                listed += (page["items"]?.arrayValue ?? []).compactMap { $0.objectValue?["id"]?.stringValue }
                cursor = page["next_cursor"]?.stringValue.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(listed == asked.reversed())
        }
    }

    @Test func `a decision needs its reason, its role and its tenant`() async throws {
        try await TestServer.run { server in
            try await Self.requireApproval(server)
            let id = try Self.approvalID(try await Self.mint(server))
            for reason in ["", 7, nil, .string(String(repeating: "r", count: 4_097))] as [JSONValue?] {
                let body: JSONValue = reason.map { ["reason": $0] } ?? [:]
                let reply = try await server.ask(
                    .post, "\(Self.approvals)/\(id)/approve", as: try server.fixture.acme("admin"), json: body)
                #expect(reply.status == 400)
            }
            #expect(try await Self.decide(server, id, "approve", as: "viewer").status == 403)
            #expect(try await Self.decide(server, "AAAAAAAAAAAAAAAAAAAAAA", "approve").status == 404)
            #expect(try await Self.decide(server, "no-such-id", "approve").status == 404)
            let foreign = try await server.ask(
                .post, "/v1/tenants/globex/approvals/\(id)/approve", as: try server.fixture.globex("admin"),
                json: ["reason": "Mine."])
            #expect(foreign.status == 404)
            #expect(try foreign.code() == "not_found")
            #expect(try await Self.mint(server, shown: id).code() == "approval_pending")
        }
    }

    @Test(arguments: ["short", "AAAAAAAAAAAAAAAAAAAAAB", ""])
    func `an approval_id that cannot be one is named`(id: String) async throws {
        try await TestServer.run { server in
            let reply = try await Self.mint(server, shown: id)
            #expect(reply.status == 400)
            #expect(reply.text.contains("/approval_id"))
        }
    }

    @Test func `no argument that waits for an approval is in a log or in the audit`() async throws {
        try await TestServer.run { server in
            try await Self.requireApproval(server)
            let id = try Self.approvalID(try await Self.mint(server))
            let admin = try server.fixture.acme("admin")
            _ = try await server.ask(.get, "\(Self.approvals)/\(id)", as: admin)
            _ = try await Self.decide(server, id, "approve")
            _ = try await Self.mint(server, shown: id)
            for line in server.log.lines { #expect(!line.contains(Self.marker)) }
            let audit = try await server.ask(.get, "/v1/tenants/acme/audit?limit=500", as: admin)
            #expect(audit.text.contains(id))
            #expect(!audit.text.contains(Self.marker))
        }
    }
}
