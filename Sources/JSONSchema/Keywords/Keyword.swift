import StrictJSON

typealias NodeID = Int

/// One rule of a compiled subschema; some stand for several keywords that only make sense together.
protocol Keyword: Sendable {
    /// Subschemas applied to the same value; a loop of these would never end.
    var inPlaceTargets: [NodeID] { get }

    /// Judges `value` and reports what is wrong through `evaluation`.
    ///
    /// - Parameter evaluated: where to note the members and elements that were looked at, when somebody asked.
    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool
}

extension Keyword {
    var inPlaceTargets: [NodeID] { [] }
}

/// A schema object on its way to a node.
struct Subschema {
    let object: JSONObject
    let location: LocationID
    let dialect: Dialect
}

/// A compiled subschema: its rules, those that need the others' findings last.
struct SchemaNode: Sendable {
    let keywords: [any Keyword]
    let resource: ResourceID
    /// Whether `unevaluatedProperties` or `unevaluatedItems` is among the keywords.
    let tracksEvaluated: Bool
}
