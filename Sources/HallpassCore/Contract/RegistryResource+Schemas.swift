import StrictJSON

extension RegistryResource {
    /// What is wrong with the schemas that a document brings: unknown dialects, references that lead nowhere, invalid regular
    /// expressions, sizes past a limit. Found when it is registered, so that no call meets them.
    ///
    /// Not part of reading a document: what was registered once stays readable when the rules for schemas change.
    var schemaViolations: [JSONViolation] {
        switch self {
        case .connector(let connector):
            connector.tools.enumerated().compactMap { index, tool in
                tool.inputSchema.flatMap { schema in
                    let pointer = JSONPointer.root.appending("tools").appending(index).appending("input_schema")
                    return ArgumentSchema.violation(in: schema, at: pointer)
                }
            }
        case .deployment(let deployment): Self.violations(in: deployment.constraints)
        case .grant(let grant): Self.violations(in: grant.constraints)
        case .tenant, .environment, .client: []
        }
    }

    private static func violations(in constraints: [Constraint]) -> [JSONViolation] {
        constraints.enumerated().compactMap { index, constraint in
            let pointer = JSONPointer.root.appending("constraints").appending(index).appending("schema")
            return ArgumentSchema.violation(in: constraint.schema, at: pointer)
        }
    }
}
