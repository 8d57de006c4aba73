import StrictJSON

/// `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`
struct NumberRangeKeyword: Keyword {
    private struct Bound: Sendable {
        let rule: String
        let limit: Double
        let isMinimum: Bool
        let isExclusive: Bool

        func admits(_ number: Double) -> Bool {
            if number == limit { return !isExclusive }
            return isMinimum ? number > limit : number < limit
        }

        var message: String {
            let words =
                switch (isMinimum, isExclusive) {
                case (true, false): "at least"
                case (true, true): "more than"
                case (false, false): "at most"
                case (false, true): "less than"
                }
            return "must be \(words) \(Wording.number(limit))"
        }
    }

    private let bounds: [Bound]
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard let number = value.doubleValue else { return true }
        var passes = true
        for bound in bounds where !bound.admits(number) {
            passes = evaluation.fail(bound.rule, at: location, bound.message)
        }
        return passes
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        let lower = try bounds("minimum", "exclusiveMinimum", isMinimum: true, schema, &compilation)
        let upper = try bounds("maximum", "exclusiveMaximum", isMinimum: false, schema, &compilation)
        let bounds = lower + upper
        return bounds.isEmpty ? nil : NumberRangeKeyword(bounds: bounds, location: schema.location)
    }

    /// In draft-4 the exclusive keyword was a boolean that changed the inclusive one.
    private static func bounds(
        _ inclusive: String, _ exclusive: String, isMinimum: Bool, _ schema: Subschema,
        _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> [Bound] {
        let limit = try compilation.number(inclusive, in: schema)
        if let flag = schema.object[exclusive]?.boolValue {
            guard limit != nil || !flag else {
                throw compilation.malformed(exclusive, in: schema, "is true, and there is no \(inclusive) to exclude")
            }
            compilation.warn(
                .readAsMeant, exclusive, in: schema,
                "draft-4's boolean is read as \(flag ? "excluding the \(inclusive)" : "including the \(inclusive)")")
            let rule = flag ? exclusive : inclusive
            return limit.map { [Bound(rule: rule, limit: $0, isMinimum: isMinimum, isExclusive: flag)] } ?? []
        }
        var bounds: [Bound] = []
        if let limit {
            bounds.append(Bound(rule: inclusive, limit: limit, isMinimum: isMinimum, isExclusive: false))
        }
        if let limit = try compilation.number(exclusive, in: schema) {
            bounds.append(Bound(rule: exclusive, limit: limit, isMinimum: isMinimum, isExclusive: true))
        }
        return bounds
    }
}
