import HTTPTypes
import HallpassBroker
import StrictJSON
import Testing

@testable import HallpassHTTP

struct TenantRoutesTests {
    private static func delete(
        _ server: TestServer, _ query: String = "?cascade=1", json: JSONValue? = ["confirm": "acme", "reason": "left"],
        headers: HTTPFields = [:]
    ) async throws -> Reply {
        try await server.ask(
            .delete, "/v1/tenants/acme\(query)", as: server.fixture.platformAdmin, json: json, headers: headers)
    }

    @Test func `what would go is counted, the name and a reason are asked for, and then it is gone`() async throws {
        try await TestServer.run { server in
            let counted = try await Self.delete(server, "?dry_run=1", json: nil)
            #expect(counted.status == 200, "\(counted.text)")
            let count = try counted.json()
            #expect(count["dry_run"] == true && count["removes"]?.objectValue?["connectors"] == 2)
            for body in [nil, [:], ["confirm": "acme"], ["reason": "left"], ["confirm": "globex", "reason": "left"]]
                as [JSONValue?]
            {
                #expect(try await Self.delete(server, json: body).status == 400)
            }
            let inUse = try await Self.delete(server, "")
            #expect(inUse.status == 409)
            #expect(try inUse.code() == "in_use")
            #expect(try await Self.delete(server, headers: [.ifMatch: "\"older\""]).status == 409)
            #expect(try await server.ask(.get, "/v1/tenants/acme", as: server.fixture.acme("admin")).status == 200)
            let gone = try await Self.delete(server)
            #expect(gone.status == 200, "\(gone.text)")
            let answer = try gone.json()
            #expect(answer["tenant"] == "acme" && answer["dry_run"] == nil)
            #expect(answer["removes"] == count["removes"])
            #expect(try await server.ask(.get, "/v1/tenants/acme", as: server.fixture.acme("admin")).status == 401)
        }
    }

    @Test func `a deleted tenant answers 410 to the platform's admins, and is listed`() async throws {
        try await TestServer.run { server in
            let admin = server.fixture.platformAdmin
            #expect(try await Self.delete(server).status == 200)
            let asked: [(HTTPRequest.Method, String, JSONValue?)] = [
                (.get, "", nil), (.put, "", ["kind": "Tenant", "id": "acme"]), (.post, "/apply", ["documents": []]),
                (.get, "/clients", nil), (.delete, "", ["confirm": "acme", "reason": "again"]),
            ]
            for (method, path, body) in asked {
                let reply = try await server.ask(method, "/v1/tenants/acme\(path)", as: admin, json: body)
                #expect(reply.status == 410, "\(method) \(path): \(reply.text)")
                #expect(try reply.code() == "tenant_deleted")
            }
            let listed = try await server.ask(.get, "/v1/tenants?deleted=1", as: admin)
            let item = try required(try listed.json()["items"]?.arrayValue?.first?.objectValue)
            #expect(item["id"] == "acme" && item["reason"] == "left" && item["erased_at"] == nil)
            let chain = try await server.ask(.get, "/v1/tenants/acme/audit/chain", as: admin)
            #expect(chain.status == 200)
            #expect(chain.text.contains("tenant_delete"))
            let keys = try await server.ask(.get, "/v1/tenants/acme/audit/keys", as: admin)
            #expect(try keys.json()["items"]?.arrayValue?.count == 1)
        }
    }
}
