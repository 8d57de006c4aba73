package import HallpassCore

/// What only clients of one kind ask.
extension AuthenticatedClient {
    /// Known before anything of a request but its sender is.
    ///
    /// - Throws: ``HallpassError/forbidden(needs:)``. What an automation client may do is its roles' to say.
    package func requireMayAsk(_ event: AuditEvent) throws(HallpassError) {
        switch event {
        case .mint:
            guard case .gateway = client.kind else { throw .forbidden(needs: "only gateways mint tokens") }
        case .verify: _ = try ownedDeployments()
        case .outcome:
            guard case .mcpServer = client.kind else { throw .forbidden(needs: "only MCP servers report on calls") }
        default: break
        }
    }

    func ownedDeployments() throws(HallpassError) -> Set<DeploymentID> {
        guard case .mcpServer(let deployments) = client.kind else {
            throw .forbidden(needs: "only MCP servers verify tokens")
        }
        return deployments
    }
}
