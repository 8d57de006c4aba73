/// How a call went, as it is reported, and as whoever repeats the call is told.
public enum Outcome: Hashable, Sendable {
    /// What the tool gave back: any JSON value.
    case result(JSON)
    /// The error as the model was shown it: an object with `code`, `message`, `retryable` and `suggested_action`.
    case error(JSON)
}

extension Outcome {
    /// `{"ok":true,"result":…}` or `{"ok":false,"error":{…}}`
    public var json: JSON {
        switch self {
        case .result(let result): ["ok": true, "result": result]
        case .error(let error): ["ok": false, "error": error]
        }
    }

    init?(_ json: JSON) {
        switch json["ok"]?.bool {
        case true: guard let result = json["result"] else { return nil }; self = .result(result)
        case false: guard let error = json["error"], error.members != nil else { return nil }; self = .error(error)
        case nil: return nil
        }
    }

    /// What is kept of a call whose result cannot be, in the words that the broker has for it.
    static let notRetained = Outcome.error([
        "code": "RESULT_NOT_RETAINED",
        "message": "The call was executed before; its result could not be kept. Nothing was executed again.",
        "retryable": false, "suggested_action": "reconcile",
    ])
}

/// Thrown by a tool to say why it failed. All of it is shown to the model, now and to whoever repeats the call.
public struct ToolFailure: Error, Hashable, Sendable {
    /// For programs; capitals keep it apart from the broker's own codes.
    public var code: String
    /// One sentence that a model can act on, with nothing in it that it may not know.
    public var message: String
    /// Whether the very same call can succeed later. It will be answered with this failure until its key is forgotten.
    public var isRetryable: Bool
    /// Which kind of step comes next; the broker's words are in its protocol, "Errors".
    public var suggestedAction: String

    /// - Parameter message: for the model, so with nothing in it that it may not know.
    public init(
        _ message: String, code: String = "tool_failed", isRetryable: Bool = false,
        suggestedAction: String = "reconcile"
    ) {
        self.code = code
        self.message = message
        self.isRetryable = isRetryable
        self.suggestedAction = suggestedAction
    }

    /// What is said of an error that was not made for a model.
    static let unexplained = ToolFailure("The tool failed; whether it did anything before that is not known.")

    var json: JSON {
        [
            "code": JSON(code), "message": JSON(message), "retryable": JSON(isRetryable),
            "suggested_action": JSON(suggestedAction),
        ]
    }
}
