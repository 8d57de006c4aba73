import StrictJSON

/// The schema `false`.
struct NothingKeyword: Keyword {
    let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        evaluation.failNothing(at: location)
    }
}

extension Evaluation {
    /// The place itself is the rule here: there is no keyword below it.
    fileprivate mutating func failNothing(at location: LocationID) -> Bool {
        guard isReporting else { return false }
        report(
            SchemaViolation(
                path: pointer, schemaPath: program.locations.pointer(to: location), rule: "false",
                message: "must not be here: no value is allowed", allowed: nil))
        return false
    }
}
