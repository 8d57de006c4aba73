import HTTPTypes
import HallpassCrypto
import StrictJSON
import Testing

@testable import HallpassHTTP

struct IssuerRoutesTests {
    private static let path = "/v1/tenants/acme/issuers/corp"

    /// The public key of RFC 7515 appendix A.3.
    private static let document: JSONValue = [
        "kind": "Issuer", "id": "corp", "issuer": "https://id.example", "audiences": ["hallpass"],
        "algorithms": ["ES256"],
        "jwks": [
            "keys": [
                [
                    "kty": "EC", "crv": "P-256", "kid": "k1", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                ]
            ]
        ],
    ]

    /// Everything about it is right but its signature.
    private static let token = [
        #"{"alg":"ES256","kid":"k1"}"#, #"{"iss":"https://id.example","aud":"hallpass","sub":"alice"}"#,
        String(repeating: "s", count: 64),
    ].map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".")

    private static func run(_ body: @Sendable (TestServer, TestBroker.Credentials) async throws -> Void) async throws {
        try await TestServer.run { server in
            let admin = try server.fixture.acme("admin")
            let reply = try await server.ask(.put, path, as: admin, json: document)
            #expect(reply.status == 201, "\(reply.text)")
            try await body(server, admin)
        }
    }

    @Test func `an issuer is put, shown, listed and removed like any other document`() async throws {
        try await Self.run { server, admin in
            let shown = try await server.ask(.get, Self.path, as: admin)
            #expect(try shown.json()["token_types"] == ["access_token", "id_token", "jwt"])
            #expect(shown.headers[.eTag] != nil)
            let again = try await server.ask(.put, Self.path, as: admin, json: .object(try shown.json()))
            #expect(again.status == 200, "\(again.text)")
            let list = try await server.ask(.get, "/v1/tenants/acme/issuers", as: admin)
            #expect(try list.json()["items"]?.arrayValue?.count == 1)
            #expect(try await server.ask(.delete, Self.path, as: admin).status == 200)
            #expect(try await server.ask(.get, Self.path, as: admin).status == 404)
        }
    }

    @Test func `a token that is tried comes as far as its first fault, and is not kept`() async throws {
        try await Self.run { server, admin in
            let reply = try await server.ask(
                .post, "\(Self.path)/test", as: admin, json: ["token": .string(Self.token)])
            #expect(reply.status == 200, "\(reply.text)")
            let body = try reply.json()
            #expect(body["proven"] == false)
            #expect(body["actor"] == nil)
            let checks = try required(body["checks"]?.arrayValue).compactMap(\.objectValue)
            #expect(
                checks.compactMap { $0["result"]?.stringValue }
                    == Array(repeating: "passed", count: 5) + ["failed"] + Array(repeating: "not_checked", count: 6))
            #expect(checks[5]["check"] == "signature")
            let record = try await server.fixture.lastRecord(of: "acme")
            #expect(record["event"] == "issuer_test")
            #expect(record["proof_check"] == "signature")
            #expect(record["target"] == "issuer corp")
            let written = String(decoding: JSONValue.object(record).serialized(), as: UTF8.self)
            for text in [written, reply.text] + server.log.lines { #expect(!text.contains(Self.token.suffix(40))) }
        }
    }

    @Test func `an issuer that is not there tries nothing`() async throws {
        try await Self.run { server, admin in
            let body: JSONValue = ["token": .string(Self.token)]
            #expect(
                try await server.ask(.post, "/v1/tenants/acme/issuers/other/test", as: admin, json: body).status == 404)
            let viewer = try server.fixture.acme("viewer")
            #expect(try await server.ask(.post, "\(Self.path)/test", as: viewer, json: body).status == 200)
            let gateway = try server.fixture.acme("gateway")
            #expect(try await server.ask(.post, "\(Self.path)/test", as: gateway, json: body).status == 403)
        }
    }

    @Test(arguments: ["jwt", "id_token", "access_token"])
    func `both mints hold a token against its issuer`(type: String) async throws {
        try await Self.run { server, _ in
            let gateway = try server.fixture.acme("unproven")
            let json = try await server.ask(
                .post, "/v1/call-tokens", as: gateway,
                json: [
                    "actor": ["token": .string(Self.token), "token_type": .string(type)], "connector": "crm-mcp",
                    "environment": "prod",
                ])
            let form = try await server.post(
                "/oauth/token", as: gateway,
                form: "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&audience=crm-mcp&environment=prod"
                    + "&subject_token_type=urn:ietf:params:oauth:token-type:\(type)&subject_token=\(Self.token)")
            for reply in [json, form] {
                #expect(reply.status == 401, "\(reply.text)")
                #expect(try reply.code() == "actor_not_proven")
                #expect(try required(reply.error()["message"]?.stringValue).hasSuffix("signature does not match."))
            }
            let record = try await server.fixture.lastRecord(of: "acme")
            #expect(record["issuer"] == "corp")
            #expect(record["proof_check"] == "signature")
            #expect(record["sub"] == nil)
        }
    }

    @Test(arguments: [
        #"{"token":"a.b.c","sub":"alice"}"#, #"{"token":7}"#, #"{"token":"a.b.c","token_type":"saml2"}"#,
        #"{"token_type":"jwt"}"#,
    ])
    func `an actor is named or proven, not half of each`(actor: String) async throws {
        try await Self.run { server, _ in
            let body: JSONValue = [
                "actor": try JSONParser.parse(Array(actor.utf8)), "connector": "crm-mcp", "environment": "prod",
            ]
            let reply = try await server.ask(
                .post, "/v1/call-tokens", as: try server.fixture.acme("unproven"), json: body)
            #expect(reply.status == 400, "\(reply.text)")
            #expect(try reply.code() == "invalid_request")
        }
    }
}
