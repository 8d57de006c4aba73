import Foundation
import HTTPTypes
import StrictJSON

/// What the stories of the tests ask again and again.
enum Flow {
    static let mintAddNote: JSONValue = [
        "actor": ["sub": "alice"], "connector": "crm-mcp", "environment": "prod", "tool": "add_note",
    ]

    /// A call token of tenant acme for `add_note`.
    static func mintedToken(_ server: TestServer, _ request: JSONValue = mintAddNote) async throws -> String {
        let reply = try await server.ask(
            .post, "/v1/call-tokens", as: try server.fixture.acme("gateway"), json: request)
        return try reply.text("access_token")
    }

    /// Under a key of its own unless one is given, so that nothing is taken for a retry that is none.
    static func verify(
        _ token: String, _ server: TestServer, tool: String = "add_note", key: String = UUID().uuidString
    ) async throws -> Reply {
        try await server.ask(
            .post, "/v1/verify", as: try server.fixture.acme("crm-server"),
            json: [
                "token": .string(token), "tool": .string(tool), "arguments": [:], "idempotency_key": .string(key),
            ])
    }
}
