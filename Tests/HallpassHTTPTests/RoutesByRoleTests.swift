import Foundation
import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

/// Every route but the public ones, asked by everyone there is, against the table in docs/security.md.
struct RoutesByRoleTests {
    /// The table's columns: two kinds of client, and the roles that an automation client or a person may have.
    private static let columns = ["gateway", "mcp_server"] + roles.map(\.rawValue)
    private static let roles: [Role] = [.platformAdmin, .tenantAdmin, .security, .auditor, .viewer]

    @Test func `the table says who may ask what, and it is so`() async throws {
        let documented = try Self.table()
        try await TestServer.run { server in
            let cast = try await Cast(server)
            var rows: Set<String> = []
            for example in RouteExample.audited(server) where example.route.audience != .strangers {
                var cells: [String] = []
                for column in Self.columns { cells.append(try await cast.cell(column, example.route)) }
                let row = "| `\(example.testDescription)` | \(cells.joined(separator: " | ")) |"
                    .replacing("|  |", with: "| |").replacing("|  |", with: "| |")
                rows.insert(row)
                #expect(documented.contains(row), "docs/security.md should have the row \(row)")
            }
            for row in documented { #expect(rows.contains(row), "docs/security.md has a row of no route: \(row)") }
        }
    }

    @Test func `strangers may set up and sign in, and nothing else`() async throws {
        let open = try await TestServer.run { server in
            RouteExample.audited(server).filter { $0.route.audience == .strangers }.map(\.testDescription)
        }
        #expect(open == ["POST /v1/setup", "POST /v1/session"])
    }

    @Test func `a session that may do everything does nothing from elsewhere, and opens no route for clients`()
        async throws
    {
        try await TestServer.run { server in
            let cast = try await Cast(server)
            for example in RouteExample.audited(server) where example.route.audience != .strangers {
                let route = example.route
                let place: Comment = "\(example.testDescription)"
                let isForClients = route.audience == .clients
                let isChange = route.method != .get
                let changes: [(String, @Sendable (inout HTTPFields) -> Void)] = [
                    ("without the header", { $0[.hallpassRequest] = nil }),
                    ("from elsewhere", { $0[.origin] = "https://evil.example" }),
                    ("without an origin", { $0[.origin] = nil }),
                ]
                for (name, change) in changes where isForClients || isChange {
                    let status = try await cast.ask(route, asPersonWith: .tenantAdmin, changing: change).status
                    #expect(status == (isForClients ? 401 : 403), "\(place) \(name)")
                }
                if isForClients {
                    #expect(try await cast.ask(route, asPersonWith: .tenantAdmin).status == 401, place)
                }
            }
        }
    }

    @Test func `nobody of one tenant reaches another, and it does not matter whether it is there`() async throws {
        try await TestServer.run { server in
            let cast = try await Cast(server)
            for example in RouteExample.audited(server) where example.isOfTenant {
                for role in Self.roles where role != .platformAdmin {
                    for tenant in ["globex", "nowhere"] {
                        let status = try await cast.ask(example.route, asPersonWith: role, of: tenant).status
                        #expect(status == 404, "\(example.testDescription) \(role) \(tenant)")
                    }
                }
            }
        }
    }

    private static func table() throws -> Set<String> {
        let page = Repository.folder("docs").appending(path: "security.md")
        let lines = String(decoding: try Data(contentsOf: page), as: UTF8.self).split(separator: "\n")
        let methods = ["GET", "PUT", "POST", "DELETE"].map { "| `\($0) /" }
        return Set(lines.filter { line in methods.contains { line.hasPrefix($0) } }.map(String.init))
    }
}

/// One client and one person for each role and no other, and the two kinds of client that have none.
private struct Cast {
    let server: TestServer
    private var clients: [String: TestBroker.Credentials] = [:]
    private var people: [Role: Browser] = [:]

    init(_ server: TestServer) async throws {
        self.server = server
        clients = ["gateway": try server.fixture.acme("gateway"), "mcp_server": try server.fixture.acme("crm-server")]
        for role in Role.allCases {
            let tenant = Self.home(role)
            let name = "only-\(role.rawValue)"
            let client = try await server.ask(
                .put, "/v1/tenants/\(tenant)/clients/\(name)", as: server.fixture.platformAdmin,
                json: [
                    "kind": "Client", "id": .string(name), "type": "automation", "roles": [.string(role.rawValue)],
                ])
            clients[role.rawValue] = TestBroker.Credentials(id: name, secret: try client.text("secret"))
            let account = "/v1/tenants/\(tenant)/admins/\(name)"
            _ = try await server.ask(
                .put, account, as: server.fixture.platformAdmin, json: ["roles": [.string(role.rawValue)]])
            let link = try await server.ask(.post, "\(account)/invitation", as: server.fixture.platformAdmin)
            let setUp = try await server.ask(
                .post, "/v1/setup", as: nil,
                json: [
                    "token": .string(try link.text("token")), "username": .string(name),
                    "password": .string(Browser.password),
                ])
            people[role] = try Browser(server, setUp)
        }
    }

    private static func home(_ role: Role) -> String { role == .platformAdmin ? "platform" : "acme" }

    /// `yes`: both may ask; `client` or `person`: only these; nothing: nobody of the kind.
    func cell(_ column: String, _ route: Route) async throws -> String {
        let asClient = try await ask(route, as: try required(clients[column]))
        guard let role = Role(rawValue: column) else { return Self.isLetIn(asClient, route) ? "client" : "" }
        switch (Self.isLetIn(asClient, route), Self.isLetIn(try await ask(route, asPersonWith: role), route)) {
        case (true, true): return "yes"
        case (true, false): return "client"
        case (false, true): return "person"
        case (false, false): return ""
        }
    }

    private static func isLetIn(_ reply: Reply, _ route: Route) -> Bool {
        #expect(reply.status != 500)
        // Inside a batch each item has its own refusal.
        if route.template.hasSuffix("/batch"), reply.text.contains(#""code":"forbidden""#) { return false }
        // Where no tenant stands in the path, it is the platform's, which is not there for others.
        let isHidden = reply.status == 404 && !route.template.contains("{")
        return reply.status != 401 && reply.status != 403 && !isHidden
    }

    /// What people do about themselves may end the session, so it is asked in one of its own.
    func ask(
        _ route: Route, asPersonWith role: Role, of tenant: String = "acme",
        changing: (inout HTTPFields) -> Void = { _ in }
    ) async throws -> Reply {
        let browser =
            route.audience == .people
            ? try Browser(server, try await Browser.signIn(server, Self.home(role), "only-\(role.rawValue)"))
            : try required(people[role])
        var headers = browser.headers
        if Self.isForm(route) { headers[.contentType] = "application/x-www-form-urlencoded" }
        if Self.body(route, tenant) != nil, !Self.isForm(route) { headers[.contentType] = "application/json" }
        changing(&headers)
        return try await server.ask(
            route.method, Self.path(route, tenant), headers: headers, body: Self.body(route, tenant))
    }

    private func ask(_ route: Route, as client: TestBroker.Credentials) async throws -> Reply {
        var headers: HTTPFields = [.authorization: client.basic]
        let body = Self.body(route, "acme")
        if body != nil {
            headers[.contentType] = Self.isForm(route) ? "application/x-www-form-urlencoded" : "application/json"
        }
        return try await server.ask(route.method, Self.path(route, "acme"), headers: headers, body: body)
    }

    private static func isForm(_ route: Route) -> Bool {
        if case .form = route.body { return true }
        return false
    }

    /// Names what is not there, so that whoever is let in finds nothing and ends nothing.
    private static func path(_ route: Route, _ tenant: String) -> String {
        route.template.split(separator: "/").map { part -> String in
            switch part {
            case "{tenant}": tenant
            case "{revision}": "999"
            case "{call_id}", "{approval_id}": "AAAAAAAAAAAAAAAAAAAAAA"
            case "{name}": route.template.contains("/deployments/") ? "crm-mcp@nowhere" : "not-there"
            default: part.hasPrefix("{") ? "not-there" : String(part)
            }
        }.reduce("") { "\($0)/\($1)" } + (queries[route.template] ?? "")
    }

    private static let queries = [
        "/v1/tools": "?connector=crm-mcp&environment=prod",
        // Whoever is let in is told of this, instead of events without end.
        "/v1/revocations/feed": "?after=nothing",
        "/v1/tenants/{tenant}/activity/feed": "?minutes=none",
    ]

    /// What the route can read, so that what refuses is who asks and not what was asked.
    private static func body(_ route: Route, _ tenant: String) -> [UInt8]? {
        switch route.body {
        case .none, .empty, .optionalJSON: return nil
        case .form:
            let isMint = route.event == .mint
            return Array((isMint ? mintForm : "token=nothing").utf8)
        case .json: return Array((json[route.template] ?? "{}").replacing("acme", with: tenant).utf8)
        }
    }

    private static let mintForm = [
        "grant_type=urn:ietf:params:oauth:grant-type:token-exchange", "environment=prod", "audience=crm-mcp",
        "subject_token_type=urn:ietf:params:oauth:token-type:unsigned_json", "subject_token=eyJzdWIiOiJhbGljZSJ9",
    ].joined(separator: "&")

    private static let mint = #"{"actor": {"sub": "alice"}, "connector": "crm-mcp", "environment": "prod"}"#

    private static let quarantined =
        #"{"tools": [{"name": "nothing", "digest": "\#(String(repeating: "A", count: 43))"}]}"#

    private static let json = [
        "/v1/call-tokens": mint,
        "/v1/call-tokens/batch": #"{"items": [\#(mint)]}"#,
        "/v1/verify": #"{"token": "nothing"}"#,
        "/v1/calls/{call_id}/outcome": #"{"ok": true, "result": null}"#,
        "/v1/revocations": #"{"dimension": "actor", "id": "nobody", "reason": "a test"}"#,
        "/v1/tenants/{tenant}/revocations": #"{"dimension": "actor", "id": "nobody", "reason": "a test"}"#,
        "/v1/tenants/{tenant}/disable": #"{"dimension": "client", "id": "not-there", "reason": "a test"}"#,
        "/v1/tenants/{tenant}/enable": #"{"dimension": "client", "id": "not-there", "reason": "a test"}"#,
        "/v1/tenants/{tenant}": #"{"kind": "Tenant", "id": "acme"}"#,
        "/v1/tenants/{tenant}/apply": #"{"documents": [], "dry_run": true}"#,
        "/v1/tenants/{tenant}/environments/{name}": #"{"kind": "Environment", "id": "not-there"}"#,
        "/v1/tenants/{tenant}/connectors/{name}":
            #"{"kind": "Connector", "id": "not-there", "resource": "https://x.example", "tools": []}"#,
        // Nobody listens there.
        "/v1/tenants/{tenant}/tools/fetch": #"{"url": "http://127.0.0.1:1/mcp"}"#,
        "/v1/tenants/{tenant}/connectors/{name}/observed-tools": #"{"tools": []}"#,
        "/v1/tenants/{tenant}/connectors/{name}/quarantine/accept": quarantined,
        "/v1/tenants/{tenant}/connectors/{name}/quarantine/dismiss": quarantined,
        "/v1/tenants/{tenant}/keys/rotate": #"{"deployment": "crm-mcp@nowhere"}"#,
        "/v1/tenants/{tenant}/data-keys/rotate": #"{"reason": "a test"}"#,
        "/v1/tenants/{tenant}/keys/compromise": #"{"deployment": "crm-mcp@nowhere", "reason": "a test"}"#,
        "/v1/tenants/{tenant}/admins/{username}": #"{"roles": ["viewer"]}"#,
        "/v1/tenants/{tenant}/approvals/{approval_id}/approve": #"{"reason": "a test"}"#,
        "/v1/tenants/{tenant}/approvals/{approval_id}/reject": #"{"reason": "a test"}"#,
        "/v1/tenants/{tenant}/issuers/{name}/test":
            #"{"token": "nothing", "token_type": "access_token"}"#,
        "/v1/session/password": #"{"current": "not the password", "new": "short grass in june"}"#,
    ]
}
