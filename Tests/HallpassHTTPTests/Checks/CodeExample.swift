import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassCrypto
import StrictJSON

@testable import HallpassHTTP

/// One request that is answered with a certain code.
struct CodeExample: Sendable {
    /// What is on record as having refused; `nil` where nothing is recorded.
    let check: Check?
    let chain: String
    let ask: @Sendable (TestServer) async throws -> Reply

    /// - Parameter chain: of which tenant the record is.
    init(
        _ check: Check?, chain: String = "acme", _ ask: @escaping @Sendable (TestServer) async throws -> Reply
    ) {
        self.check = check
        self.chain = chain
        self.ask = ask
    }

    /// Of a verification.
    static func verify(_ fault: VerifyFault) -> CodeExample {
        CodeExample(fault.chain == nil ? nil : fault.expected.check, chain: fault.chain ?? "acme") { server in
            try await VerifyAttempt([fault]).ask(server)
        }
    }

    /// Of a mint by `gateway` unless another is named, with these members changed.
    static func mint(_ check: Check, as client: String = "gateway", _ change: JSONValue = [:]) -> CodeExample {
        CodeExample(check) { server in
            var request = members(Flow.mintAddNote)
            for member in members(change) { request[member.name] = member.value }
            return try await server.ask(
                .post, "/v1/call-tokens", as: try server.fixture.acme(client), json: .object(request))
        }
    }

    /// Of a mint with a token of the tenant's identity provider, as it is spoilt here.
    static func identityToken(_ spoil: @escaping @Sendable (inout JSONObject) -> Void) -> CodeExample {
        CodeExample(.actorProof) { server in
            let provider = try Ed25519PrivateKey(seed: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))
            let key: JSONValue = [
                "kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": .string(Base64URL.encode(provider.publicKey.bytes)),
            ]
            let issuer: JSONValue = [
                "kind": "Issuer", "id": "corp", "issuer": "https://id.example", "audiences": ["hallpass"],
                "algorithms": ["EdDSA"], "jwks": ["keys": [key]],
            ]
            let put = try await server.ask(
                .put, "/v1/tenants/acme/issuers/corp", as: try server.fixture.acme("admin"), json: issuer)
            guard put.status == 201 else { throw MissingValue() }
            var claims = members(["iss": "https://id.example", "aud": "hallpass", "sub": "alice"])
            claims["iat"] = .integer(server.fixture.clock.clock.nowSeconds - 60)
            claims["exp"] = .integer(server.fixture.clock.clock.nowSeconds + 60)
            spoil(&claims)
            let parts = [["alg": "EdDSA", "kid": "k1"], JSONValue.object(claims)]
            let signed = parts.map { Base64URL.encode($0.serialized()) }.joined(separator: ".")
            let signature = Base64URL.encode(try provider.signature(for: Array(signed.utf8)))
            var request = members(Flow.mintAddNote)
            request["actor"] = ["token": .string("\(signed).\(signature)")]
            return try await server.ask(
                .post, "/v1/call-tokens", as: try server.fixture.acme("gateway"), json: .object(request))
        }
    }

    /// Of a mint that needs an approval, which somebody has decided on in these ways, one after the other.
    static func approval(_ decisions: [String]) -> CodeExample {
        CodeExample(.approval) { server in
            var registry = VerifyAttempt.Registry()
            registry.card["approval"] = ["tools": ["add_note"]]
            let admin = try server.fixture.acme("admin")
            let gateway = try server.fixture.acme("gateway")
            _ = try await server.ask(
                .post, "/v1/tenants/acme/apply", as: admin, json: ["documents": registry.documents])
            var request = members(Flow.mintAddNote)
            request["arguments"] = ["body": "hello"]
            let refused = try await server.ask(.post, "/v1/call-tokens", as: gateway, json: .object(request))
            let details = try required(try refused.error()["details"]?.arrayValue)
            let id = try required(details.compactMap { $0.objectValue?["approval_id"]?.stringValue }.first)
            var last: Reply?
            for decision in decisions {
                let path = "/v1/tenants/acme/approvals/\(id)/\(decision)"
                last = try await server.ask(.post, path, as: admin, json: ["reason": "a test"])
            }
            if decisions.count > 1, let last { return last }
            request["approval_id"] = .string(id)
            return try await server.ask(.post, "/v1/call-tokens", as: gateway, json: .object(request))
        }
    }

    /// Of a call's server that asks for what it reaches its backend with.
    ///
    /// - Parameters:
    ///   - answer: what the upstream's token endpoint says; `nil` where nobody listens there.
    ///   - times: how often it asks for one call.
    static func upstream(_ answer: String?, times: Int = 1, check: Check = .credential) -> CodeExample {
        CodeExample(check) { server in
            guard let answer else { return try await issue(from: 1, times: times, server) }
            return try await FixedEndpoint.run(answer) { try await issue(from: $0, times: times, server) }
        }
    }

    private static func issue(from port: Int, times: Int, _ server: TestServer) async throws -> Reply {
        let put = try await server.ask(
            .put, "/v1/tenants/acme/credentials/crm", as: try server.fixture.acme("admin"),
            json: [
                "kind": "oauth_refresh_token", "connector": "crm-mcp", "environment": "prod",
                "authorization": [
                    "token_endpoint": .string("http://127.0.0.1:\(port)/token"), "client_id": "hallpass",
                ], "secret": ["client_secret": "a test's", "refresh_token": "a test's too"],
            ])
        guard put.status == 201 else { throw MissingValue() }
        let earlier: [(path: String, body: JSONValue?)] = Array(repeating: ("credential", nil), count: times - 1)
        return try await credential(server, after: earlier)
    }

    /// Asks for the credential of a new call.
    fileprivate static func credential(
        _ server: TestServer, after steps: [(path: String, body: JSONValue?)] = []
    ) async throws -> Reply {
        let call = try await Flow.verify(try await Flow.mintedToken(server), server).text("call_id")
        let client = try server.fixture.acme("crm-server")
        for step in steps {
            _ = try await server.ask(.post, "/v1/calls/\(call)/\(step.path)", as: client, json: step.body)
        }
        return try await server.ask(.post, "/v1/calls/\(call)/credential", as: client)
    }

    /// Of the admin API of tenant acme.
    static func admin(
        _ check: Check, _ method: HTTPRequest.Method, _ path: String, json: JSONValue? = nil, headers: HTTPFields = [:]
    ) -> CodeExample {
        CodeExample(check) { server in
            try await server.ask(
                method, "/v1/tenants/acme/\(path)", as: try server.fixture.acme("admin"), json: json, headers: headers)
        }
    }
}

extension ErrorCode {
    /// How to meet it. Without `default`, so that a new code does not compile until somebody knows how it is met.
    var example: CodeExample {
        switch self {
        case .invalidRequest: .verify(.fieldMissing)
        case .invalidJSON: .verify(.bodyNoJSON)
        case .payloadTooLarge: .verify(.bodyTooLarge)
        case .unsupportedMediaType: .verify(.bodyOfAnotherType)
        case .methodNotAllowed: CodeExample(nil) { try await $0.ask(.get, "/v1/verify") }
        case .notFound: .admin(.caller, .get, "clients/nobody")
        case .invalidClient: .verify(.wrongSecret)
        case .forbidden: .verify(.notAServer)
        case .revisionConflict:
            .admin(
                .requestShape, .put, "environments/dev", json: ["kind": "Environment", "id": "dev"],
                headers: [.ifMatch: "\"of-another-revision\""])
        case .inUse: .admin(.requestShape, .delete, "environments/prod")
        case .limitReached:
            CodeExample(.requestShape) { server in
                let path = "/v1/tenants/acme/clients/viewer/secrets"
                let admin = try server.fixture.acme("admin")
                _ = try await server.ask(.post, path, as: admin)
                return try await server.ask(.post, path, as: admin)
            }
        case .tenantDeleted:
            CodeExample(.requestShape, chain: "platform") { server in
                let platform = server.fixture.platformAdmin
                _ = try await server.ask(
                    .delete, "/v1/tenants/globex?cascade=1", as: platform,
                    json: ["confirm": "globex", "reason": "left"])
                return try await server.ask(.get, "/v1/tenants/globex", as: platform)
            }
        case .actorNotProven: .mint(.actorProof, as: "unproven")
        case .issuerUnknown: .identityToken { $0["iss"] = "https://elsewhere.example" }
        case .actorTokenExpired: .identityToken { $0["exp"] = $0["iat"] }
        case .unknownConnector: .mint(.audience, ["connector": "nothing"])
        case .unknownEnvironment: .mint(.audience, ["environment": "nowhere"])
        case .unknownTool: .mint(.tool, ["tool": "no_tool"])
        case .toolNotAllowed: .mint(.allowList, ["tool": "delete_contact"])
        case .insufficientScope: .mint(.scopes, ["scope": "contacts:write"])
        case .actorNotGranted: .mint(.grant, ["actor": ["sub": "bob"]])
        case .invalidArguments: .verify(.schemaViolated)
        case .constraintViolated: .verify(.constraintViolated)
        case .malformedToken: .verify(.tokenMalformed)
        case .unknownKey: .verify(.keyUnknown)
        case .badSignature: .verify(.signatureWrong)
        case .wrongIssuer: .verify(.otherIssuer)
        case .wrongAudience: .verify(.otherServer)
        case .tokenExpired: .verify(.expired)
        case .tokenNotYetValid: .verify(.fromTheFuture)
        case .toolMismatch: .verify(.otherTool)
        case .argumentsMismatch: .verify(.otherArguments)
        case .tokenAlreadyUsed: .verify(.used)
        case .tokenRevoked: .verify(.cutOff)
        case .tokenNotIssued: .verify(.neverIssued)
        case .disabled: .verify(.minterRemoved)
        case .idempotencyKeyRequired: .verify(.keyMissing)
        case .idempotencyConflict: .verify(.keyOfOtherArguments)
        case .idempotencyInFlight: .verify(.inFlight)
        case .outcomeUnknown: .verify(.unreported)
        case .outcomeConflict:
            CodeExample(.idempotency) { server in
                let call = try await Flow.verify(try await Flow.mintedToken(server), server).text("call_id")
                let client = try server.fixture.acme("crm-server")
                let path = "/v1/calls/\(call)/outcome"
                _ = try await server.ask(.post, path, as: client, json: ["ok": true, "result": 1])
                return try await server.ask(.post, path, as: client, json: ["ok": true, "result": 2])
            }
        case .approvalRequired: .verify(.approvalMissing)
        case .approvalPending: .approval([])
        case .approvalRejected: .approval(["reject"])
        case .approvalClosed: .approval(["approve", "reject"])
        case .rateLimited:
            CodeExample(.rate) { server in
                let attempt = VerifyAttempt([.limitUsedUp])
                _ = try await attempt.ask(server)
                return try await server.ask(
                    .post, "/v1/call-tokens", as: try server.fixture.acme("gateway"), json: Flow.mintAddNote)
            }
        case .credentialNotFound: CodeExample(.credential) { try await CodeExample.credential($0) }
        case .callEnded:
            CodeExample(.ledger) { server in
                try await CodeExample.credential(server, after: [("outcome", ["ok": true, "result": 1])])
            }
        case .credentialAlreadyIssued:
            .upstream(
                "HTTP/1.1 200 OK|{\"access_token\":\"t\",\"token_type\":\"Bearer\",\"expires_in\":300}", times: 2,
                check: .ledger)
        case .upstreamReauthRequired: .upstream("HTTP/1.1 400 Bad Request|{\"error\":\"invalid_grant\"}")
        case .upstreamRefused: .upstream("HTTP/1.1 400 Bad Request|{\"error\":\"invalid_scope\"}")
        case .upstreamUnavailable: .upstream(nil)
        case .overloaded: .verify(.ledgerFull)
        case .unavailable: .verify(.ledgerStopped)
        case .storageUnavailable: .verify(.commitFails)
        case .auditUnavailable: .verify(.nothingCommits)
        case .internal: .verify(.tokenRowDamaged)
        }
    }
}
