private import Foundation

/// What an operator of the MCP server should know; the model is told no more of it than it needs.
public enum Trouble: Sendable {
    /// A tool did not run because the broker gave no decision: it cannot be reached, or it does not accept this client.
    case noDecision(tool: String, reason: String, requestID: String?)
    /// A tool threw something that was not made for a model.
    case toolFailed(tool: String, callID: String, any Error)
    /// A tool ran, and the broker does not know how it went. Whoever repeats the call is told so.
    case notReported(tool: String, callID: String, ReportError)
}

extension Trouble: CustomStringConvertible {
    /// One sentence for a log.
    public var description: String {
        switch self {
        case .noDecision(let tool, let reason, let requestID):
            "The tool \(tool) was not run, Hallpass gave no decision: \(reason) (request \(requestID ?? "unknown"))"
        case .toolFailed(let tool, let callID, let error): "The tool \(tool) failed (call \(callID)): \(error)"
        case .notReported(let tool, let callID, let error):
            "The outcome of the tool \(tool) (call \(callID)) could not be reported: \(error)"
        }
    }

    /// A line on the standard error, which is where an MCP server over stdio may write.
    @Sendable
    public static func writeLine(_ trouble: Trouble) {
        FileHandle.standardError.write(Data("hallpass: \(trouble)\n".utf8))
    }
}

/// Why the broker does not know how a call went.
public enum ReportError: Error, Hashable, Sendable {
    /// Another outcome of the same call was reported before, and stays: one call was acted on in two places.
    case conflict
    /// No call of this client's, or one long forgotten.
    case unknownCall
    /// The broker does not accept the report, for the reason it gave.
    case refused(String)
    /// Every attempt failed; this is what became of the last.
    case undelivered(String)
}

/// Why there is no client.
public enum ConfigurationError: Error, Hashable, Sendable {
    /// The broker's address is not an `http` or `https` URL without user, query and fragment.
    case invalidURL
    /// The secret would travel in the clear to another machine.
    case insecureURL
    /// The client's id or its secret is empty, or holds what neither can.
    case invalidCredentials
    /// A setting is missing from the environment.
    case missing(variable: String)
    /// The file that should hold the secret cannot be read.
    case unreadableSecretFile
}
