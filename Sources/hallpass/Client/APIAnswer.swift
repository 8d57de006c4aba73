import StrictJSON

/// What a server answered, as far as it is one of ours.
enum APIAnswer {
    /// Reads an answer's body.
    ///
    /// - Returns: the JSON object of a 2xx answer; it may hold a denial of its own, as that of `/v1/verify` does.
    /// - Throws: ``APIError`` where the server refused, ``CommandFailure`` where this is no answer of ours.
    static func read(status: Int, body: [UInt8], from server: ServerAddress) throws -> JSONObject {
        let limits = JSONLimits(depth: ClientLimits.answerDepth, valueCount: ClientLimits.answerValues)
        let value: JSONValue
        do {
            value = try JSONParser.parse(body, limits: limits)
        } catch {
            throw foreign(status, server)
        }
        guard let object = value.objectValue else { throw foreign(status, server) }
        guard (200..<300).contains(status) else {
            throw APIError(object, status: status).map { $0 as any Error } ?? foreign(status, server)
        }
        return object
    }

    private static func foreign(_ status: Int, _ server: ServerAddress) -> CommandFailure {
        guard !(300..<400).contains(status) else {
            return .badAnswer("\(server) sends its callers elsewhere.", next: "add --url with the address itself")
        }
        return .badAnswer("What answers at \(server) (status \(status)) is not a hallpass server.", next: "check --url")
    }
}

/// A server's refusal. Source: the protocol, "Errors".
struct APIError: Error, Hashable, Sendable {
    let status: Int
    let code: String
    let message: String
    let isRetryable: Bool
    let retryAfterSeconds: Int64?
    let suggestedAction: String?
    let details: [JSONViolation]
    /// What to wait for, where a person can lift the refusal.
    let approvalID: String?
    let requestID: String?

    /// - Parameter body: `{"ok":false,"error":{…}}`; `nil` where it is anything else.
    init?(_ body: JSONObject, status: Int) {
        guard let error = body["error"]?.objectValue, let code = error["code"]?.stringValue,
            let message = error["message"]?.stringValue
        else { return nil }
        self.status = status
        self.code = code
        self.message = message
        isRetryable = error["retryable"]?.boolValue ?? false
        retryAfterSeconds = error["retry_after_seconds"]?.integerValue
        suggestedAction = error["suggested_action"]?.stringValue
        details = (error["details"]?.arrayValue ?? []).compactMap { detail in
            guard let object = detail.objectValue, let path = object["path"]?.stringValue else { return nil }
            return JSONViolation(
                path: path, rule: object["rule"]?.stringValue ?? "", message: object["message"]?.stringValue ?? "")
        }
        approvalID =
            (error["details"]?.arrayValue ?? []).lazy.compactMap { $0.objectValue?["approval_id"]?.stringValue }
            .first
        requestID = error["request_id"]?.stringValue
    }
}

extension APIError {
    /// The refusal as the command line reports it.
    var failure: CommandFailure {
        var failure = CommandFailure(
            .refused, code: code, message, next: next,
            details: details.map {
                CommandFailure.Detail(
                    path: $0.path, rule: $0.rule, message: $0.message,
                    approvalID: $0.rule == Self.approvalRule ? approvalID : nil)
            })
        failure.suggestedAction = suggestedAction
        failure.isRetryable = isRetryable
        failure.requestID = requestID
        return failure
    }

    /// The rule of the one detail that names an approval.
    private static let approvalRule = "approval"

    /// For the codes that somebody at a command line can do something about.
    private var next: String? {
        switch code {
        case "invalid_client": "check --client-id and --client-secret-file, or the secret in \(AdminFile.path)"
        case "forbidden": "act as a client with that role: --client-id ID --client-secret-file FILE"
        case "not_found": "hallpass get tenants, then hallpass get KIND --tenant NAME"
        case "revision_conflict": "run the same command again"
        case "tool_not_allowed", "insufficient_scope": "hallpass get deployments -o yaml"
        case "actor_not_granted": "hallpass get grants"
        case "unknown_connector", "unknown_tool": "hallpass get connectors"
        case "unknown_environment": "hallpass get environments"
        case "upstream_refused", "upstream_unavailable": "hallpass credentials list"
        case "upstream_reauth_required": "sign in there again, then hallpass credentials rotate"
        case "approval_rejected": "hallpass approvals show ID, for whoever may know the reason"
        case "approval_closed": "hallpass approvals show ID"
        case _ where approvalID != nil:
            "have it approved with hallpass approvals approve \(approvalID ?? "ID"), then mint again with --approval"
        case "internal": "look for the request id in the server's log"
        case _ where suggestedAction == "mint_new_token": "hallpass token mint --help"
        default: isRetryable ? "run the same command again in \(retryAfterSeconds ?? 1) s" : nil
        }
    }
}
