package import HallpassCore

extension Broker {
    /// The tools of a deployment as a model is to read them: for gateways of every deployment of their tenant, for MCP servers
    /// of their own.
    ///
    /// - Throws: ``HallpassError/unknownConnector`` alike for a deployment that is not there and for another server's.
    package func tools(
        of deployment: DeploymentID, by client: AuthenticatedClient
    ) throws(HallpassError) -> ToolList {
        switch client.client.kind {
        case .gateway: break
        case .mcpServer(let owned): guard owned.contains(deployment) else { throw .unknownConnector }
        case .automation:
            throw .forbidden(
                needs: "only gateways and MCP servers ask here; the admin API has the tools of a deployment")
        }
        return try client.snapshot.tools(of: deployment)
    }

    /// The same list, for whoever administers it.
    package func tools(of deployment: DeploymentID, by admin: TenantAdmin) throws(HallpassError) -> ToolList {
        try admin.require(.readRegistry)
        guard let tenant = snapshot.tenants[admin.tenant], tenant.registry.deployments[deployment] != nil else {
            throw .notFound
        }
        return try tenant.tools(of: deployment)
    }
}
