import StrictJSON

/// `$defs`, and `definitions` before it: no rule, but what is in them must be schemas.
enum Definitions {
    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        for keyword in ["$defs", "definitions"] { _ = try compilation.subschemaMap(keyword, in: schema) }
        return nil
    }
}
