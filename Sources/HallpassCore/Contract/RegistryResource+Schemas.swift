import StrictJSON

extension RegistryResource {
    /// What is to be said of the schemas that a document brings: unknown dialects, references that lead nowhere, invalid
    /// regular expressions, sizes past a limit are wrong; a misspelt keyword is not, and is worth a warning. Found when it is
    /// registered, so that no call meets them.
    ///
    /// Not part of reading a document: what was registered once stays readable when the rules for schemas change.
    var schemaFindings: SchemaFindings {
        var findings = SchemaFindings()
        switch self {
        case .connector(let connector):
            for (index, tool) in connector.tools.enumerated() {
                guard let schema = tool.inputSchema else { continue }
                let pointer = JSONPointer.root.appending("tools").appending(index).appending("input_schema")
                findings += ArgumentSchema.review(schema, at: pointer)
            }
        case .deployment(let deployment): findings += Self.findings(in: deployment.constraints)
        case .grant(let grant): findings += Self.findings(in: grant.constraints)
        case .tenant, .environment, .client, .issuer: break
        }
        return findings
    }

    private static func findings(in constraints: [Constraint]) -> SchemaFindings {
        var findings = SchemaFindings()
        for (index, constraint) in constraints.enumerated() {
            let pointer = JSONPointer.root.appending("constraints").appending(index).appending("schema")
            var found = ArgumentSchema.review(constraint.schema, at: pointer)
            // A constraint is a document of ours, and its dialect is what ours is.
            found.warnings.removeAll { $0.rule == "$schema" }
            findings += found
        }
        return findings
    }
}
