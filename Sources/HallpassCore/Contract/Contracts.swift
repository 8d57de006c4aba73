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
        let constraint: Constraint
        let schema: ArgumentSchema

        init(_ constraint: Constraint) {
            self.constraint = constraint
            schema = ArgumentSchema(constraint.schema)
        }

        func violation(by arguments: JSONObject) throws(Refusal) -> ConstraintViolation? {
            do throws(HallpassError) {
                let details = try schema.violations(of: arguments)
                return details.isEmpty ? nil : ConstraintViolation(constraint, details)
            } catch {
                throw Refusal(.constraints, error)
            }
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
    ///
    /// - Returns: what has to be approved, where everything that is violated can be.
    func checkConstraints(
        _ arguments: JSONObject, tool: ToolName, of deployment: DeploymentID
    ) throws(Refusal) -> ApprovalDemand? {
        let key = DeploymentKey(deployment: deployment, tool: tool)
        switch try violation(of: deploymentConstraints[key] ?? [], by: arguments, tool: tool) {
        case .final(let refusal): throw refusal
        case .approvable(let demand): return demand
        case nil: return nil
        }
    }

    /// The grants among these that do not allow such arguments, each with what it says about that.
    func unmetGrants(
        _ grants: [Grant], arguments: JSONObject, tool: ToolName
    ) throws(Refusal) -> [GrantID: ConstraintViolation] {
        guard !grantConstraints.isEmpty else { return [:] }
        var unmet: [GrantID: ConstraintViolation] = [:]
        for grant in grants {
            unmet[grant.id] = try violation(of: grantConstraints[grant.id] ?? [], by: arguments, tool: tool)
        }
        return unmet
    }

    /// The first that is final, because nobody is to be asked about a call that cannot be made; else the first of all.
    private func violation(
        of checks: [ConstraintCheck], by arguments: JSONObject, tool: ToolName
    ) throws(Refusal) -> ConstraintViolation? {
        var approvable: ConstraintViolation?
        for check in checks where check.constraint.tool == tool {
            switch try check.violation(by: arguments) {
            case .final(let refusal): return .final(refusal)
            case .approvable(let demand): approvable = approvable ?? .approvable(demand)
            case nil: continue
            }
        }
        return approvable
    }
}

/// What a violated constraint means for the call.
enum ConstraintViolation: Hashable, Sendable {
    case final(Refusal)
    /// A person may lift it.
    case approvable(ApprovalDemand)

    init(_ constraint: Constraint, _ details: [ErrorDetail]) {
        let spoken = Refusal(.constraints, .constraintViolated(constraint.whenViolated, details))
        let cause = ApprovalCause(code: constraint.whenViolated.code, message: constraint.whenViolated.message)
        self =
            switch constraint.approval {
            case nil: .final(spoken)
            case .offer: .approvable(ApprovalDemand(refusal: spoken, cause: cause))
            case .required:
                .approvable(ApprovalDemand(refusal: Refusal(.approval, .approvalRequired(nil)), cause: cause))
            }
    }

    var isFinal: Bool {
        if case .final = self { true } else { false }
    }
}
