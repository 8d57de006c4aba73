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
    /// - Throws: the first thing that is wrong with it.
    package func compile(_ schema: JSONValue) throws(SchemaError) -> CompiledSchema {
        var compilation = SchemaCompilation(options: options, registry: registry, limits: limits)
        return try compilation.run(schema)
    }
}
