import StrictJSON

/// `minLength` and `maxLength`, in code points.
struct StringLengthKeyword: Keyword {
    private let minimum: Int?
    private let maximum: Int?
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard case .string(let text) = value else { return true }
        let bytes = text.utf8.count
        // A code point takes one to four bytes, so most strings need not be counted.
        if bytes <= maximum ?? .max, bytes / 4 >= minimum ?? 0 { return true }
        try evaluation.spend(1 + bytes / 64)
        let length = text.unicodeScalars.count
        var passes = true
        if let minimum, length < minimum {
            passes = evaluation.fail(
                "minLength", at: location,
                minimum == 1
                    ? "must not be empty"
                    : "must be at least \(Wording.count(minimum, "character")), and has \(length)")
        }
        if let maximum, length > maximum {
            passes = evaluation.fail(
                "maxLength", at: location,
                "must be at most \(Wording.count(maximum, "character")), and has \(length)")
        }
        return passes
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        let minimum = try compilation.count("minLength", in: schema)
        let maximum = try compilation.count("maxLength", in: schema)
        guard minimum != nil || maximum != nil else { return nil }
        return StringLengthKeyword(minimum: minimum, maximum: maximum, location: schema.location)
    }
}
