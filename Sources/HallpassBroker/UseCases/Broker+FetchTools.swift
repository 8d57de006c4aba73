package import HallpassCore
import HallpassStorage
package import StrictJSON

extension Broker {
    /// Asks a running MCP server for its tools, for the admin who wants to register or compare them. Nothing is registered by
    /// it, and the token is used for nothing else and kept nowhere.
    ///
    /// - Returns: what the server says of each, no more of it than is looked at; each has a name.
    package func fetchTools(
        at url: OutboundURL, token: BearerToken?, by admin: TenantAdmin, _ context: CallContext
    ) async throws(HallpassError) -> Result<[JSONObject], Refusal> {
        try admin.require(.changeRegistry)
        guard toolFetches.take(admin.author, of: admin.tenant) else {
            throw .limitReached("as many servers are being asked for their tools as may at once")
        }
        defer { toolFetches.leave(admin.author, of: admin.tenant) }
        var entry = AuditEntry(.toolsFetch, .allow, by: admin, context, at: clock)
        entry.target = "mcp \(url.text)"
        let result = await toolServers.tools(at: url, token: token)
            .map { $0.map(\.described) }.mapError { Refusal(.requestShape, $0.error) }
        switch result {
        case .success(let tools): entry.count = Int64(tools.count)
        case .failure(let refusal): entry = entry.refused(refusal)
        }
        entry.durationMicroseconds = context.elapsedMicroseconds
        let asked = entry
        _ = try await submit(.record, for: admin.tenant) { _ in asked }
        return result
    }
}

extension ToolsFailure {
    fileprivate var error: HallpassError {
        .invalidRequest(path: "/url", rule: rule, message: "names a server that \(message)")
    }
}

extension JSONObject {
    /// What is pinned of a tool, and what its server says of its effect.
    fileprivate var described: JSONObject {
        var tool = JSONObject()
        for name in ["name", "description", "inputSchema", "annotations"] {
            if let value = self[name], !value.isNull { tool[name] = value }
        }
        return tool
    }
}
