import StrictJSON

/// What every tool of a tenant promises and what is asked of every call: the schemas of tools and the constraints of
/// deployments and grants, found by name.
struct Contracts: Sendable {
    private let inputSchemas: [ToolKey: ArgumentSchema]
    private let deploymentConstraints: [DeploymentKey: [ConstraintCheck]]
    private let grantConstraints: [GrantID: [ConstraintCheck]]

    private struct ToolKey: Hashable {
        let connector: ConnectorID
        let tool: ToolName
    }

    private struct DeploymentKey: Hashable {
        let deployment: DeploymentID
        let tool: ToolName
    }

    /// One constraint with its schema at hand.
    private struct ConstraintCheck {
        let tool: ToolName
        let schema: ArgumentSchema
        let refusal: ConstraintRefusal

        init(_ constraint: Constraint) {
            tool = constraint.tool
            schema = ArgumentSchema(constraint.schema)
            refusal = constraint.whenViolated
        }

        func violation(by arguments: JSONObject) throws(HallpassError) -> HallpassError? {
            let details = try schema.violations(of: arguments)
            return details.isEmpty ? nil : .constraintViolated(refusal, details)
        }
    }

    init(_ registry: TenantRegistry) {
        var schemas: [ToolKey: ArgumentSchema] = [:]
        for connector in registry.connectors.values {
            for tool in connector.tools {
                guard let schema = tool.inputSchema else { continue }
                schemas[ToolKey(connector: connector.id, tool: tool.name)] = ArgumentSchema(schema)
            }
        }
        inputSchemas = schemas
        var constraints: [DeploymentKey: [ConstraintCheck]] = [:]
        for deployment in registry.deployments.values {
            for constraint in deployment.constraints {
                let key = DeploymentKey(deployment: deployment.id, tool: constraint.tool)
                constraints[key, default: []].append(ConstraintCheck(constraint))
            }
        }
        deploymentConstraints = constraints
        grantConstraints = registry.grants
            .filter { !$0.value.constraints.isEmpty }
            .mapValues { $0.constraints.map(ConstraintCheck.init) }
    }

    /// Holds arguments against the tool's own schema.
    func checkSchema(_ arguments: JSONObject, tool: ToolName, of connector: ConnectorID) throws(Refusal) {
        guard let schema = inputSchemas[ToolKey(connector: connector, tool: tool)] else { return }
        let details: [ErrorDetail]
        do throws(HallpassError) {
            details = try schema.violations(of: arguments)
        } catch {
            throw Refusal(.inputSchema, error)
        }
        guard details.isEmpty else { throw Refusal(.inputSchema, .invalidArguments(details)) }
    }

    /// Holds arguments against what the deployment adds; the first constraint that is violated speaks.
    func checkConstraints(_ arguments: JSONObject, tool: ToolName, of deployment: DeploymentID) throws(Refusal) {
        for check in deploymentConstraints[DeploymentKey(deployment: deployment, tool: tool)] ?? [] {
            if let error = try violation(of: check, by: arguments) { throw Refusal(.constraints, error) }
        }
    }

    /// The grants among these that do not allow such arguments, each with what it says about that.
    func unmetGrants(
        _ grants: [Grant], arguments: JSONObject, tool: ToolName
    ) throws(Refusal) -> [GrantID: HallpassError] {
        guard !grantConstraints.isEmpty else { return [:] }
        var unmet: [GrantID: HallpassError] = [:]
        for grant in grants {
            for check in grantConstraints[grant.id] ?? [] where check.tool == tool && unmet[grant.id] == nil {
                if let error = try violation(of: check, by: arguments) { unmet[grant.id] = error }
            }
        }
        return unmet
    }

    private func violation(
        of check: ConstraintCheck, by arguments: JSONObject
    ) throws(Refusal) -> HallpassError? {
        do throws(HallpassError) {
            return try check.violation(by: arguments)
        } catch {
            throw Refusal(.constraints, error)
        }
    }
}
