import HallpassCore
import StrictJSON

/// What a record says of a request: the checks in their order, up to the one that spoke, and the remedy.
struct Explanation {
    private let record: JSONValue
    private let check: Check?
    private let passed: [Check]

    init(_ record: JSONValue) {
        self.record = record
        check = Check(rawValue: record.text("check"))
        let asked = Self.checks(of: AuditEvent(rawValue: record.text("event")))
        if let check {
            passed = Array(asked.prefix { $0 != check })
        } else {
            passed = record.text("decision") == AuditDecision.deny.rawValue ? [] : asked
        }
    }

    /// The checks that a kind of request goes through, in their order; none for what has no such order.
    private static func checks(of event: AuditEvent?) -> [Check] {
        switch event {
        case .mint:
            [
                .admission, .caller, .requestShape, .actorProof, .audience, .enabled, .tool, .allowList, .scopes,
                .grant, .inputSchema, .constraints, .approval,
            ]
        case .verify: Check.allCases.filter { ![.actorProof, .credential].contains($0) }
        case .introspect:
            Check.allCases.filter {
                ![.actorProof, .arguments, .inputSchema, .constraints, .rate, .idempotency, .credential].contains($0)
            }
        default: []
        }
    }

    private var code: String { record.text("code") }

    private var what: String {
        let tool = record.text("tool")
        let place = record.text("connector")
        let environment = record.text("environment")
        let target = [
            tool, place.isEmpty ? "" : "at \(place)@\(environment)", record.text("target"),
        ].filter { !$0.isEmpty }.joined(separator: " ")
        let who = record.text("sub").isEmpty ? "" : " for \(record.text("sub"))"
        let by = record.text("client_id").isEmpty ? "" : " by \(record.text("client_id"))"
        return "\(record.text("time"))  \(record.text("event"))\(target.isEmpty ? "" : " \(target)")\(who)\(by)"
    }

    var text: String {
        var lines = [what]
        for check in passed { lines.append("  passed   \(check.rawValue)") }
        if record.text("decision") == AuditDecision.deny.rawValue || !code.isEmpty {
            lines.append("  refused  \(check?.rawValue ?? "-")  \(code)")
            lines.append("To have it pass: \(remedy)")
        } else {
            lines.append("  \(record.text("decision"))")
        }
        return lines.map(\.printable).joined(separator: "\n")
    }

    /// `{"record","passed":[…],"refused"?,"code"?,"remedy"?}`
    var json: JSONValue {
        var object = JSONObject()
        object["record"] = record
        object["passed"] = .array(passed.map { .string($0.rawValue) })
        if !code.isEmpty {
            object["refused"] = check.map { .string($0.rawValue) }
            object["code"] = .string(code)
            object["remedy"] = .string(remedy)
        }
        return .object(object)
    }

    private var remedy: String {
        // A code that is not ours is a constraint's own, in an admin's words.
        guard let code = ErrorCode(rawValue: code) else {
            return "meet the constraint of the deployment or grant that has this code, or change the constraint."
        }
        return code.remedy
    }
}

extension ErrorCode {
    /// What would have to change, for whoever looks into a refusal afterwards. A sentence without its subject.
    fileprivate var remedy: String {
        switch self {
        case .toolNotAllowed: "name the tool in tools_allow of the deployment; destructive tools are never implied."
        case .insufficientScope: "the scopes must be in the deployment's auth.scopes and in the actor's grants."
        case .actorNotGranted: "add a grant for this person or one of their groups at this connector and environment."
        case .unknownConnector, .unknownEnvironment, .unknownTool: "register it, or correct its name in the gateway."
        case .invalidArguments: "the arguments must meet the tool's input_schema; the error named every violation."
        case .invalidClient: "use a secret of this client that is live; hallpass audit list --client shows its use."
        case .actorNotProven: "let the gateway present a proof that is accepted from it, or allow it to assert actors."
        case .tokenAlreadyUsed: "mint a token for each call; a retry needs a new token and the same idempotency key."
        case .tokenExpired:
            "mint the token just before the call; expires_in and the deployment's ceiling say how long it lives."
        case .tokenNotYetValid: "set the clock of the broker's machine; the token is from its future."
        case .tokenRevoked: "mint a new token; hallpass get revocations says what ended this one."
        case .tokenNotIssued: "nothing should: the key that signed it has leaked. See the run-book for this alarm."
        case .malformedToken, .unknownKey, .badSignature, .wrongIssuer:
            "mint a new token at this broker; this one is none of its."
        case .wrongAudience:
            "present the token to the server it was minted for, in its environment, as the client that owns it."
        case .toolMismatch: "verify the tool that the token was minted for."
        case .argumentsMismatch: "verify the arguments that the token was minted with, as they were."
        case .idempotencyKeyRequired: "send an idempotency key with every tool that does more than read."
        case .idempotencyConflict: "use a new key for other arguments."
        case .idempotencyInFlight: "wait for the first call, or for its lease to run out."
        case .outcomeUnknown: "find out whether the first call took effect; then use a new key."
        case .disabled: "enable what is disabled, which its target names, or leave it so."
        case .forbidden: "give the client the role that the route needs."
        case .overloaded, .unavailable, .storageUnavailable, .auditUnavailable, .internal:
            "look at the server: hallpass doctor, its log at this time, and its disk."
        default: "correct the request; the error said how."
        }
    }
}
