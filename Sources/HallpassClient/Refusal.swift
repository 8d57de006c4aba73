/// Why a call is not to be made, in words for the model that asked for it.
public struct Refusal: Error, Hashable, Sendable {
    /// One of the broker's codes, or that of a constraint; they are documented and never renamed.
    public let code: String
    /// One sentence that a model or a person can act on.
    public let message: String
    /// Whether the very same call can succeed later.
    public let isRetryable: Bool
    /// When to ask again, where that can help.
    public let retryAfterSeconds: Int?
    /// Which kind of step comes next, for instance `fix_arguments`.
    public let suggestedAction: String?
    /// Finds the refusal in the broker's audit and log.
    public let requestID: String?
    /// The whole error as the broker gave it, with its details; hand it on unchanged.
    public let json: JSON

    init?(_ json: JSON) {
        guard let code = json["code"]?.string, let message = json["message"]?.string else { return nil }
        self.code = code
        self.message = message
        isRetryable = json["retryable"]?.bool ?? false
        retryAfterSeconds = json["retry_after_seconds"]?.int
        suggestedAction = json["suggested_action"]?.string
        requestID = json["request_id"]?.string
        self.json = json
    }

    private init(code: String, message: String, retryAfterSeconds: Int, suggestedAction: String, requestID: String?) {
        self.code = code
        self.message = message
        isRetryable = true
        self.retryAfterSeconds = retryAfterSeconds
        self.suggestedAction = suggestedAction
        self.requestID = requestID
        let members: [(name: String, value: JSON)] = [
            ("code", JSON(code)), ("message", JSON(message)), ("retryable", true),
            ("retry_after_seconds", JSON(retryAfterSeconds)), ("suggested_action", JSON(suggestedAction)),
        ]
        json = JSON(members: members + (requestID.map { [("request_id", JSON($0))] } ?? []))
    }

    /// There was no clear answer, so the call was not made.
    static func unavailable(requestID: String?) -> Refusal {
        Refusal(
            code: "unavailable", message: "The call could not be checked, so it was not made.", retryAfterSeconds: 5,
            suggestedAction: "wait", requestID: requestID)
    }
}
