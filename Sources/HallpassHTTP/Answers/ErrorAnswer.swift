import HTTPTypes
import HallpassCore
import StrictJSON

/// The one shape of every refusal, ready to be handed to a model. Source: the protocol, "Errors".
enum ErrorAnswer {
    enum Dialect: Sendable {
        case plain
        /// `{"error","error_description","ok":false,"code","message",…}`
        case oauth
    }

    /// `{"ok":false,"error":{…}}` with its status and the headers that belong to it.
    static func make(_ error: HallpassError, requestID: String, dialect: Dialect = .plain) -> Answer {
        let body =
            switch dialect {
            case .plain: refusal(error, requestID: requestID)
            case .oauth: oauth(error, requestID: requestID)
            }
        var answer = Answer(error.code.status, body, code: error.code)
        if answer.status == .unauthorized { answer.headers[.wwwAuthenticate] = #"Basic realm="hallpass""# }
        if let seconds = error.retryAfterSeconds { answer.headers[.retryAfter] = String(seconds) }
        return answer
    }

    /// `{"ok":false,"error":{…}}`, as it also stands in the items of a batch.
    static func refusal(_ error: HallpassError, requestID: String) -> JSONObject {
        var body = JSONObject()
        body["ok"] = false
        body["error"] = .object(object(error, requestID: requestID))
        return body
    }

    static func object(_ error: HallpassError, requestID: String) -> JSONObject {
        var object = JSONObject()
        object["code"] = .string(error.wireCode)
        object["message"] = .string(error.message)
        object["retryable"] = .bool(error.isRetryable)
        object["retry_after_seconds"] = error.retryAfterSeconds.map { .integer(Int64($0)) }
        object["suggested_action"] = .string(error.suggestedAction)
        let details = error.details
        if !details.isEmpty { object["details"] = .array(details.map(\.json)) }
        object["request_id"] = .string(requestID)
        return object
    }

    /// `error` is a word in OAuth and an object in ours, so here the object's members stand beside the word.
    private static func oauth(_ error: HallpassError, requestID: String) -> JSONObject {
        var body = JSONObject()
        body["error"] = .string(error.oauthError.text)
        body["error_description"] = .string(descriptionText(error.message))
        body["ok"] = false
        for member in object(error, requestID: requestID) { body[member.name] = member.value }
        return body
    }

    /// `error_description` excludes the quote, the backslash and all beyond ASCII. Source: RFC 6749 section 5.2.
    private static func descriptionText(_ text: String) -> String {
        String(
            decoding: text.utf8.map { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C ? $0 : UInt8(ascii: "?") },
            as: UTF8.self)
    }
}

extension HallpassError {
    fileprivate var oauthError: StaticText {
        guard case .invalidRequest(let violations) = self,
            violations.contains(where: { $0.path == "/grant_type" && $0.rule == "choice" })
        else { return code.oauthError }
        return "unsupported_grant_type"
    }
}

extension ErrorDetail {
    fileprivate var json: JSONValue {
        var object = JSONObject()
        object["path"] = .string(path)
        object["rule"] = .string(rule)
        object["message"] = .string(message)
        object["allowed"] = allowed.map(JSONValue.array)
        object["approval_id"] = approval.map { .string($0.text) }
        return .object(object)
    }
}
