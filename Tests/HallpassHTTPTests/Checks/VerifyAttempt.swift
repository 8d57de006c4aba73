import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassCrypto
import StrictJSON

@testable import HallpassHTTP

/// One call that would be let through, from mint to verify, with a handle on everything that may be wrong with it.
struct VerifyAttempt: Sendable {
    typealias Step = @Sendable (TestServer, _ token: String) async throws -> Void

    /// What the gateway asks for.
    var mint = members(Flow.mintAddNote)
    /// Turns what the token says into what a holder of the key could have made it say.
    var claims: (@Sendable (inout JSONObject) -> Void)?
    /// Turns the token's text into another.
    var text: @Sendable (String) -> String = { $0 }
    /// Happens after the mint, with the token as it was minted.
    var steps: [Step] = []
    /// What is registered when the call is made.
    var registry = Registry()
    /// Happens right before the question is asked.
    var lastSteps: [Step] = []
    var client = "crm-server"
    var secret: String?
    var contentType = "application/json"
    /// The question, without the token.
    var question = members(["tool": "add_note", "arguments": ["body": "hello"], "idempotency_key": "k1"])
    /// Turns the question's text into another.
    var body: @Sendable ([UInt8]) -> [UInt8] = { $0 }

    /// The documents that the call stands on.
    struct Registry: Hashable, Sendable {
        var connector = members([
            "kind": "Connector", "id": "crm-mcp", "resource": "https://crm.acme.example/mcp",
            "tools": [
                ["name": "find_contact", "effect": "read", "scopes": ["contacts:read"]],
                [
                    "name": "add_note", "effect": "write", "scopes": ["notes:write"],
                    "input_schema": ["properties": ["body": ["maxLength": 10], "idempotency_key": ["type": "string"]]],
                ],
            ],
        ])
        var card = members([
            "server": "crm-mcp", "environment": "prod", "tools_allow": ["find_contact", "add_note"],
            "auth": ["mode": "oauth", "scopes": ["contacts:read", "notes:write"], "token_ttl_seconds": 3600],
            "idempotency": ["lease_seconds": 30],
            "constraints": [
                [
                    "tool": "add_note", "schema": ["properties": ["body": ["maxLength": 5]]],
                    "when_violated": [
                        "code": "NOTE_TOO_LONG", "message": "Notes are short here.", "retryable": false,
                        "suggested_action": "summarise",
                    ],
                ]
            ],
        ])
        var grant = members([
            "kind": "Grant", "id": "alice-crm", "subject": "user:alice", "connector": "crm-mcp",
            "environment": "prod", "scopes": ["contacts:read", "notes:write"],
        ])

        var documents: JSONValue { .array([.object(connector), .object(card), .object(grant)]) }
    }

    /// Wrong in all of these ways at once; what the earliest of them does is done last.
    init(_ faults: [VerifyFault] = []) {
        for fault in faults.reversed() { fault.spoil(&self) }
    }

    func ask(_ server: TestServer) async throws -> Reply {
        let good = Registry()
        try await Self.apply(good, server)
        let minted = try await Flow.mintedToken(server, .object(mint))
        for step in steps { try await step(server, minted) }
        let token = text(try claims.map { try Self.forged(minted, server, $0) } ?? minted)
        if registry != good { try await Self.apply(registry, server) }
        for step in lastSteps { try await step(server, minted) }
        var question = question
        question["token"] = .string(token)
        var credentials = try server.fixture.acme(client)
        if let secret { credentials = .init(id: client, secret: secret) }
        return try await server.ask(
            .post, "/v1/verify", headers: [.authorization: credentials.basic, .contentType: contentType],
            body: body(JSONValue.object(question).serialized()))
    }

    /// A whole other call by the same person, which executes.
    static func call(_ server: TestServer, key: String, body: String = "hello") async throws {
        try await use(try await Flow.mintedToken(server), server, key: key, body: body)
    }

    /// Executes with this token.
    static func use(_ token: String, _ server: TestServer, key: String, body: String = "hello") async throws {
        let reply = try await server.ask(
            .post, "/v1/verify", as: try server.fixture.acme("crm-server"),
            json: [
                "token": .string(token), "tool": "add_note", "arguments": ["body": .string(body)],
                "idempotency_key": .string(key),
            ])
        guard try reply.text("decision") == "execute" else { throw MissingValue() }
    }

    private static func apply(_ registry: Registry, _ server: TestServer) async throws {
        let reply = try await server.ask(
            .post, "/v1/tenants/acme/apply", as: try server.fixture.acme("admin"),
            json: ["documents": registry.documents])
        guard reply.status == 200 else { throw MissingValue() }
    }

    /// The token with other claims and a good signature, as if the key had leaked.
    private static func forged(
        _ token: String, _ server: TestServer, _ change: (inout JSONObject) -> Void
    ) throws -> String {
        let parts = token.split(separator: ".")
        var claims = try required(
            try JSONParser.parse(try required(Base64URL.decode(String(parts[1])))).objectValue)
        change(&claims)
        let tenant = try required(server.fixture.broker.snapshot.tenants[try required(TenantID("acme"))])
        let key = try required(tenant.keys.signingKey(for: try required(DeploymentID("crm-mcp@prod")), kind: .call))
        var forged = key.headerSegment + [UInt8(ascii: ".")]
        Base64URL.append(encoding: JSONValue.object(claims).serialized(), to: &forged)
        let signature = try key.hmac.authenticationCode(for: forged)
        forged.append(UInt8(ascii: "."))
        Base64URL.append(encoding: signature, to: &forged)
        return String(decoding: forged, as: UTF8.self)
    }
}

/// An object written as a literal.
func members(_ literal: JSONValue) -> JSONObject {
    guard let object = literal.objectValue else { preconditionFailure("the literal is no object") }
    return object
}
