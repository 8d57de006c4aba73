import StrictJSON

/// `format`, where it is asserted.
struct FormatKeyword: Keyword {
    private let format: Format
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard case .string(let text) = value else { return true }
        try evaluation.spend(1 + text.utf8.count / 32)
        if format.accepts(text) { return true }
        return evaluation.fail("format", at: location, "must be \(format.noun)")
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        guard let name = try compilation.string("format", in: schema) else { return nil }
        let isRequired = schema.dialect.vocabularies.contains(.formatAssertion)
        guard compilation.options.assertsFormats || isRequired else { return nil }
        guard let format = Format(rawValue: name) else {
            compilation.warn(.noEffect, "format", in: schema, "the format is not one that is asserted")
            return nil
        }
        return FormatKeyword(format: format, location: schema.location)
    }
}
