import ArgumentParser
import StrictJSON

/// Why a command ends otherwise than asked: one sentence, and what to type next.
struct CommandFailure: Error {
    /// One thing that is wrong, in the author's file where it could be found there.
    struct Detail: Hashable {
        var file: String?
        var line: Int?
        /// A JSON Pointer into the request, or into the document once ``file`` is known.
        var path: String
        var rule: String
        var message: String
        /// What to wait for.
        var approvalID: String?
    }

    let exitCode: ExitCode
    /// For programs: the server's code where it refused, else `usage`, `local_file`, `no_server`, `bad_answer`,
    /// `chain_broken` or `differences`.
    let code: String
    /// One sentence.
    let message: String
    /// A command to type, or what to change.
    var next: String?
    var details: [Detail] = []
    /// The members of the server's refusal that are not shown above.
    var suggestedAction: String?
    var isRetryable = false
    var requestID: String?

    init(_ exitCode: ExitCode, code: String, _ message: String, next: String? = nil, details: [Detail] = []) {
        self.exitCode = exitCode
        self.code = code
        self.message = message
        self.next = next
        self.details = details
    }

    static func usage(_ message: String, next: String) -> CommandFailure {
        CommandFailure(.validationFailure, code: "usage", message, next: next)
    }

    static func localFile(_ message: String, next: String? = nil) -> CommandFailure {
        CommandFailure(.localFile, code: "local_file", message, next: next)
    }

    static func refused(_ message: String, next: String) -> CommandFailure {
        CommandFailure(.refused, code: "refused", message, next: next)
    }

    static func noServer(_ message: String, next: String) -> CommandFailure {
        CommandFailure(.noServer, code: "no_server", message, next: next)
    }

    static func badAnswer(_ message: String, next: String = "hallpass version") -> CommandFailure {
        CommandFailure(.noServer, code: "bad_answer", message, next: next)
    }
}

extension CommandFailure {
    /// The protocol's error shape, with `next` and each detail's `file` and `line` beside it.
    var json: JSONValue {
        var error = JSONObject()
        error["code"] = .string(code)
        error["message"] = .string(message)
        error["retryable"] = .bool(isRetryable)
        error["suggested_action"] = suggestedAction.map(JSONValue.string)
        error["next"] = next.map(JSONValue.string)
        if !details.isEmpty { error["details"] = .array(details.map(\.json)) }
        error["request_id"] = requestID.map(JSONValue.string)
        return ["ok": false, "error": .object(error)]
    }

    /// Several lines without a line break at the end.
    var text: String {
        var lines = ["hallpass: \(message.printable)"]
        lines += details.map { "  \($0.text)" }
        if let requestID, code == "internal" { lines.append("Request: \(requestID.printable)") }
        if let next { lines.append("Next: \(next.printable)") }
        return lines.joined(separator: "\n")
    }
}

extension CommandFailure.Detail {
    /// `seeds/acme/crm.yaml:12  /auth/scopes/0  format: must be …`
    var text: String {
        let place = file.map { file in line.map { "\(file):\($0)" } ?? file }
        return [place, path.isEmpty ? nil : path, "\(rule): \(message)", approvalID]
            .compactMap { $0?.printable }
            .joined(separator: "  ")
    }

    fileprivate var json: JSONValue {
        var object = JSONObject()
        object["file"] = file.map(JSONValue.string)
        object["line"] = line.map { .integer(Int64($0)) }
        object["path"] = .string(path)
        object["rule"] = .string(rule)
        object["message"] = .string(message)
        object["approval_id"] = approvalID.map(JSONValue.string)
        return .object(object)
    }
}
