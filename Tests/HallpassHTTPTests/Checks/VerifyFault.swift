import HTTPTypes
import HallpassCore
import HallpassCrypto
import StrictJSON

/// Each way in which a verification is refused, in the order of the checks.
enum VerifyFault: CaseIterable, Sendable {
    case ledgerStopped, ledgerFull, commitFails, nothingCommits, tokenRowDamaged
    case wrongSecret, notAServer
    case bodyTooLarge, bodyNoJSON, fieldMissing, bodyOfAnotherType
    case tokenMalformed
    case keyUnknown
    case signatureWrong
    case claimTooMany
    case otherIssuer
    case otherServer
    case expired, fromTheFuture
    case minterRemoved
    case otherTool, toolGone
    case offTheList
    case scopeMissing
    case grantGone, grantNarrower
    case cutOff, revoked
    case otherArguments
    case schemaViolated
    case constraintViolated
    case limitUsedUp
    case neverIssued, used
    case approvalMissing
    case keyMissing, inFlight, unreported, keyOfOtherArguments

    /// The check that speaks, and its code as callers see it.
    var expected: (check: Check, code: String) {
        switch self {
        case .ledgerStopped: (.admission, "unavailable")
        case .ledgerFull: (.admission, "overloaded")
        case .commitFails: (.admission, "storage_unavailable")
        case .nothingCommits: (.admission, "audit_unavailable")
        case .tokenRowDamaged: (.admission, "internal")
        case .wrongSecret: (.caller, "invalid_client")
        case .notAServer: (.caller, "forbidden")
        case .bodyTooLarge: (.requestShape, "payload_too_large")
        case .bodyNoJSON: (.requestShape, "invalid_json")
        case .fieldMissing: (.requestShape, "invalid_request")
        case .bodyOfAnotherType: (.requestShape, "unsupported_media_type")
        case .tokenMalformed: (.tokenShape, "malformed_token")
        case .keyUnknown: (.key, "unknown_key")
        case .signatureWrong: (.signature, "bad_signature")
        case .claimTooMany: (.claims, "malformed_token")
        case .otherIssuer: (.issuer, "wrong_issuer")
        case .otherServer: (.audience, "wrong_audience")
        case .expired: (.time, "token_expired")
        case .fromTheFuture: (.time, "token_not_yet_valid")
        case .minterRemoved: (.enabled, "disabled")
        case .otherTool: (.tool, "tool_mismatch")
        case .toolGone: (.tool, "unknown_tool")
        case .offTheList: (.allowList, "tool_not_allowed")
        case .scopeMissing: (.scopes, "insufficient_scope")
        case .grantGone: (.grant, "actor_not_granted")
        case .grantNarrower: (.grant, "insufficient_scope")
        case .cutOff, .revoked: (.revoked, "token_revoked")
        case .otherArguments: (.arguments, "arguments_mismatch")
        case .schemaViolated: (.inputSchema, "invalid_arguments")
        case .constraintViolated: (.constraints, "NOTE_TOO_LONG")
        case .limitUsedUp: (.rate, "rate_limited")
        case .neverIssued: (.ledger, "token_not_issued")
        case .used: (.ledger, "token_already_used")
        case .approvalMissing: (.approval, "approval_required")
        case .keyMissing: (.idempotency, "idempotency_key_required")
        case .inFlight: (.idempotency, "idempotency_in_flight")
        case .unreported: (.idempotency, "outcome_unknown")
        case .keyOfOtherArguments: (.idempotency, "idempotency_conflict")
        }
    }

    /// In whose chain the refusal is on record; `nil` where nothing can be recorded.
    var chain: String? {
        switch self {
        case .ledgerStopped, .ledgerFull, .nothingCommits: nil
        case .wrongSecret: "platform"
        default: "acme"
        }
    }

    /// Whether the answer is a decision, with status 200.
    var isDecision: Bool { ![Check.admission, .caller, .requestShape].contains(expected.check) }

    func spoil(_ attempt: inout VerifyAttempt) {
        switch self {
        case .ledgerStopped: attempt.lastSteps.append { server, _ in await server.fixture.stopLedger() }
        case .ledgerFull: attempt.lastSteps.append { server, _ in await server.fixture.fillLedger() }
        case .commitFails: attempt.lastSteps.append { server, _ in server.fixture.disk.failCommits(1) }
        case .nothingCommits: attempt.lastSteps.append { server, _ in server.fixture.disk.failCommits(.max) }
        case .tokenRowDamaged: attempt.lastSteps.append { server, _ in try await server.fixture.damageTokens() }
        case .wrongSecret: attempt.secret = "hp_crm-server_\(String(repeating: "A", count: 43))"
        case .notAServer: attempt.client = "gateway"
        case .bodyTooLarge:
            attempt.body = { $0 + [UInt8](repeating: UInt8(ascii: " "), count: Limits.requestBodyBytes) }
        case .bodyNoJSON: attempt.body = { Array($0.dropLast()) }
        case .fieldMissing: attempt.question["arguments"] = nil
        case .bodyOfAnotherType: attempt.contentType = "text/plain"
        case .tokenMalformed: attempt.text = { [text = attempt.text] in "\(text($0))=" }
        case .keyUnknown:
            attempt.text = { [text = attempt.text] token in
                let header = Base64URL.encode(Array(#"{"alg":"HS256","typ":"call+jwt","kid":"none"}"#.utf8))
                return ([header] + text(token).split(separator: ".").dropFirst().map(String.init)).joined(
                    separator: ".")
            }
        case .signatureWrong:
            attempt.text = { [text = attempt.text] token in
                let parts = text(token).split(separator: ".")
                let other = parts[2].hasPrefix("A") ? "B" : "A"
                return "\(parts[0]).\(parts[1]).\(other)\(parts[2].dropFirst())"
            }
        case .claimTooMany: attempt.change { $0["admin"] = true }
        case .otherIssuer: attempt.change { $0["iss"] = "https://elsewhere.example" }
        case .otherServer: attempt.client = "billing-server"
        case .expired: attempt.lastSteps.append { server, _ in server.fixture.clock.advance(seconds: 60) }
        case .fromTheFuture: attempt.lastSteps.append { server, _ in server.fixture.clock.advance(seconds: -6) }
        case .minterRemoved: attempt.delete("clients/gateway")
        case .otherTool: attempt.question["tool"] = "find_contact"
        case .toolGone:
            attempt.registry.connector["tools"] = [
                ["name": "find_contact", "effect": "read", "scopes": ["contacts:read"]]
            ]
            attempt.registry.card["tools_allow"] = ["find_contact"]
            attempt.registry.card["constraints"] = nil
        case .offTheList: attempt.registry.card["tools_allow"] = ["find_contact"]
        case .scopeMissing: attempt.change { $0["scope"] = "contacts:read" }
        case .grantGone: attempt.delete("grants/alice-crm")
        case .grantNarrower: attempt.registry.grant["scopes"] = ["contacts:read"]
        case .cutOff:
            attempt.ask(
                "/v1/tenants/acme/revocations", ["dimension": "actor", "id": "alice", "reason": "a test"])
        case .revoked:
            attempt.lastSteps.append { server, token in
                let gateway = try server.fixture.acme("gateway")
                guard try await server.post("/oauth/revoke", as: gateway, form: "token=\(token)").status == 200 else {
                    throw MissingValue()
                }
            }
        case .otherArguments:
            attempt.mint["arguments_sha256"] = .string(String(repeating: "A", count: 43))
        case .schemaViolated: attempt.question["arguments"] = ["body": "longer than ten"]
        case .constraintViolated: attempt.question["arguments"] = ["body": "hello!"]
        case .limitUsedUp:
            attempt.registry.card["limits"] = ["tools": ["add_note": ["calls": 1, "seconds": 60]]]
            attempt.lastSteps.append { server, _ in try await VerifyAttempt.call(server, key: "another") }
        case .neverIssued: attempt.change { $0["jti"] = "AAECAwQFBgcICQoLDA0ODw" }
        case .used:
            attempt.steps.append { server, token in try await VerifyAttempt.use(token, server, key: "earlier") }
        case .approvalMissing: attempt.registry.card["approval"] = ["tools": ["add_note"]]
        case .keyMissing: attempt.question["idempotency_key"] = nil
        case .inFlight: attempt.steps.append { server, _ in try await VerifyAttempt.call(server, key: "k1") }
        case .unreported:
            attempt.steps.append { server, _ in try await VerifyAttempt.call(server, key: "k1") }
            attempt.lastSteps.append { server, _ in server.fixture.clock.advance(seconds: 30) }
        case .keyOfOtherArguments:
            attempt.steps.append { server, _ in try await VerifyAttempt.call(server, key: "k1", body: "other") }
        }
    }

    /// At least one for every check that a verification goes through. Without `default`, so that a new check does not compile
    /// until it is known how to meet it.
    static func of(_ check: Check) -> [VerifyFault] {
        switch check {
        case .admission, .caller, .requestShape, .tokenShape, .key, .signature, .claims, .issuer, .audience, .time,
            .enabled, .tool, .allowList, .scopes, .grant, .revoked, .arguments, .inputSchema, .constraints, .rate,
            .ledger, .approval, .idempotency:
            allCases.filter { $0.expected.check == check }
        // Of a mint, and of what is handed out after a verification.
        case .actorProof, .credential: []
        }
    }
}

extension VerifyAttempt {
    fileprivate mutating func change(_ change: @escaping @Sendable (inout JSONObject) -> Void) {
        claims = { [claims] object in
            claims?(&object)
            change(&object)
        }
    }

    /// What an admin takes away after the mint.
    fileprivate mutating func delete(_ resource: String) {
        lastSteps.append { server, _ in
            let reply = try await server.ask(
                .delete, "/v1/tenants/acme/\(resource)", as: try server.fixture.acme("admin"))
            guard reply.status == 200 else { throw MissingValue() }
        }
    }

    /// What an admin does after the mint.
    fileprivate mutating func ask(_ path: String, _ body: JSONValue) {
        lastSteps.append { server, _ in
            let reply = try await server.ask(.post, path, as: try server.fixture.acme("admin"), json: body)
            guard reply.status == 200 else { throw MissingValue() }
        }
    }
}
