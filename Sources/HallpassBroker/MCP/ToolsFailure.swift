import HallpassCore

/// Why an MCP server's tools are not known: closed, and with nothing in it that the server said.
package enum ToolsFailure: Error, Hashable, Sendable {
    /// What stands at the address is no MCP server, or one that does not let us in.
    case status(Int)
    case unauthorized
    case redirect
    case notMCP
    case notJSON
    case noAnswer
    case refused
    case unknownVersion
    case badSessionID
    /// It is one, and its list is none.
    case noTools
    case badTool
    case tooManyTools
    case tooManyPages
    case circle
    case tooLarge
    /// There was no answer to look at.
    case unresolved
    case privateAddress
    case unreachable
    case tooSlow

    /// What is wrong with it, as a rule's name: documented and stable.
    package var rule: String {
        switch self {
        case .status: "mcp_status"
        case .unauthorized: "mcp_unauthorized"
        case .redirect: "mcp_redirect"
        case .notMCP, .notJSON, .noAnswer, .refused, .unknownVersion, .badSessionID: "mcp"
        case .noTools, .badTool, .tooManyTools, .tooManyPages, .circle: "mcp_tools"
        case .tooLarge: "mcp_size"
        case .unresolved: "resolvable"
        case .privateAddress: "public_address"
        case .unreachable: "reachable"
        case .tooSlow: "mcp_time"
        }
    }

    /// Goes on after the server's address.
    package var message: String {
        switch self {
        case .status(let status): "answers with status \(status), and is no MCP endpoint"
        case .unauthorized: "wants to know who asks"
        case .redirect: "sends its callers elsewhere"
        case .notMCP: "answers with something else than MCP"
        case .notJSON: "answers with something else than JSON"
        case .noAnswer: "does not answer what it was asked"
        case .refused: "refuses what it was asked"
        case .unknownVersion: "speaks no version of the protocol that is known here"
        case .badSessionID: "gives a session id that is none"
        case .noTools: "lists no tools"
        case .badTool: "has something else in its list than tools with names"
        case .tooManyTools: "lists more than \(Limits.toolsPerConnector) tools"
        case .tooManyPages: "lists its tools on more than \(Limits.toolPages) pages"
        case .circle: "lists its tools in a circle"
        case .tooLarge: "answers with more than \(Limits.toolAnswerBytes) bytes"
        case .unresolved: "has a name that leads nowhere"
        case .privateAddress: "leads into a network that is not everybody's"
        case .unreachable: "is not there, or not over a connection that is secure"
        case .tooSlow: "does not come to an end"
        }
    }
}
