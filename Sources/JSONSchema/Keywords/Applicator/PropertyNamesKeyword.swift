import StrictJSON

/// `propertyNames`
struct PropertyNamesKeyword: Keyword {
    private let node: NodeID
    private let location: LocationID

    func check(
        _ value: JSONValue, _ evaluation: inout Evaluation, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        guard case .object(let object) = value else { return true }
        var passes = true
        for member in object.members {
            var nobodyAsks: EvaluatedParts?
            let name = JSONValue.string(member.name)
            if try evaluation.accepts(node, name, &nobodyAsks) { continue }
            passes = false
            guard evaluation.isReporting else { return false }
            for objection in try evaluation.objections(of: node, to: name, &nobodyAsks) {
                let allowed = objection.allowed?.compactMap(\.stringValue) ?? []
                let hint = NearestName.find(member.name, among: allowed).map { "; did you mean \(Wording.quoted($0))?" }
                _ = evaluation.fail(
                    "propertyNames", at: location, member: member.name,
                    "has a name that \(objection.message)\(hint ?? "")")
            }
        }
        return passes
    }

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> (any Keyword)? {
        compilation.subschema("propertyNames", in: schema).map {
            PropertyNamesKeyword(node: $0, location: schema.location)
        }
    }
}
