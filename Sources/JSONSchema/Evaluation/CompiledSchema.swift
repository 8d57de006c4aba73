package import StrictJSON

/// A schema ready to judge values; immutable, so one is shared by all threads.
package struct CompiledSchema: Sendable {
    package let warnings: [SchemaWarning]

    let program: Program

    /// What ``SchemaCompiler`` made: subschemas that refer to one another by number.
    final class Program: Sendable {
        let nodes: [SchemaNode]
        let root: NodeID
        let locations: SchemaLocations
        /// By resource, the nodes of those dynamic anchors that some `$dynamicRef` asks for.
        let dynamicAnchors: [[String: NodeID]]
        let hasDynamicReferences: Bool

        init(
            nodes: [SchemaNode], root: NodeID, locations: SchemaLocations, dynamicAnchors: [[String: NodeID]],
            hasDynamicReferences: Bool
        ) {
            self.nodes = nodes
            self.root = root
            self.locations = locations
            self.dynamicAnchors = dynamicAnchors
            self.hasDynamicReferences = hasDynamicReferences
        }
    }

    /// Judges `instance`, finding everything that is wrong with it.
    ///
    /// Deterministic: the same instance and limits give the same answer, whatever the machine is busy with.
    package func validate(_ instance: JSONValue, limits: ValidationLimits = .default) -> ValidationResult {
        do throws(JSONMeasure.Excess) {
            _ = try JSONMeasure(
                instance, maximumDepth: limits.instanceDepth, maximumValues: limits.instanceValues)
        } catch {
            switch error {
            case .depth: return .limitExceeded(.instanceDepth)
            case .values: return .limitExceeded(.instanceValues)
            }
        }
        var evaluation = Evaluation(program: program, limits: limits)
        do throws(ValidationLimit) {
            var nobodyAsks: EvaluatedParts?
            let passes = try evaluation.apply(program.root, to: instance, &nobodyAsks)
            return passes ? .valid : .violations(evaluation.violations)
        } catch {
            return .limitExceeded(error)
        }
    }
}
