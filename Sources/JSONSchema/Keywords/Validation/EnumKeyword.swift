import StrictJSON

/// `enum`
struct EnumKeyword: Keyword {
    private let values: [JSONValue]
    /// For more values than are quickly compared one by one.
    private let table: Set<JSONValue>?
    private let location: LocationID

    private static let tableFromCount = 16

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        try evaluation.spend(ofComparing: value, with: table == nil ? values.count : 1)
        if table?.contains(value) ?? values.contains(value) { return true }
        return evaluation.fail(
            "enum", at: location, "must be one of \(Wording.list(values))", allowed: Wording.allowed(values))
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        guard let value = schema.object["enum"] else { return nil }
        guard let values = value.arrayValue else { throw compilation.malformed("enum", in: schema, "must be an array") }
        if values.isEmpty { compilation.warn(.contradiction, "enum", in: schema, "lists no value, so none is allowed") }
        return EnumKeyword(
            values: values, table: values.count >= tableFromCount ? Set(values) : nil, location: schema.location)
    }
}

/// `const`
struct ConstKeyword: Keyword {
    private let constant: JSONValue
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        try evaluation.spend(ofComparing: value, with: 1)
        if value == constant { return true }
        return evaluation.fail(
            "const", at: location, "must be \(Wording.list([constant]))", allowed: Wording.allowed([constant]))
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        schema.object["const"].map { ConstKeyword(constant: $0, location: schema.location) }
    }
}

extension Evaluation {
    /// Scalars are compared in a step; of a container each value may have to be looked at, once for each candidate.
    mutating func spend(ofComparing value: JSONValue, with candidates: Int) throws(ValidationLimit) {
        switch value {
        case .null, .bool, .integer, .number: try spend(1 + candidates / 8)
        case .string(let text): try spend(1 + candidates / 8 + text.utf8.count / 256)
        case .array, .object: try spend(ofReading: value, times: candidates)
        }
    }

    /// - Parameter times: how often every value inside may be looked at.
    mutating func spend(ofReading value: JSONValue, times: Int) throws(ValidationLimit) {
        let maximum = max(1, work)
        guard let size = try? JSONMeasure(value, maximumDepth: .max, maximumValues: maximum) else {
            // The value alone holds more than all that is left to spend.
            throw .work
        }
        let (cost, isTooMuch) = (size.values + size.textBytes / 64).multipliedReportingOverflow(by: max(1, times))
        guard !isTooMuch else { throw .work }
        try spend(cost)
    }
}
