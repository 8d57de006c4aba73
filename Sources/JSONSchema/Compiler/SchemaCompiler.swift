package import StrictJSON

/// Reads schemas, once, at registration.
///
/// Nothing is fetched: a reference leads into the document itself or into the registry, or it is an error.
package struct SchemaCompiler: Sendable {
    package let options: SchemaOptions
    package let registry: SchemaRegistry
    package let limits: SchemaLimits

    package init(
        options: SchemaOptions = .default, registry: SchemaRegistry = SchemaRegistry(), limits: SchemaLimits = .default
    ) {
        self.options = options
        self.registry = registry
        self.limits = limits
    }

    /// Compiles the whole document, parts that nothing refers to included.
    ///
    /// - Throws: the first thing that is wrong with it; ``review(_:)`` finds the others.
    package func compile(_ schema: JSONValue) throws(SchemaError) -> CompiledSchema {
        var compilation = SchemaCompilation(options: options, registry: registry, limits: limits)
        return try compilation.run(schema)
    }

    /// Compiles the document to say everything about it that its author should know.
    package func review(_ schema: JSONValue) -> SchemaReview {
        var compilation = SchemaCompilation(options: options, registry: registry, limits: limits)
        do throws(SchemaError) {
            return SchemaReview(errors: [], warnings: try compilation.run(schema).warnings)
        } catch {
            let others = compilation.errors.filter { $0 != error }
            return SchemaReview(errors: [error] + others, warnings: compilation.warnings)
        }
    }
}
