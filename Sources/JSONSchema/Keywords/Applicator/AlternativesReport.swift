import StrictJSON

extension Evaluation {
    /// Reports that none of several alternatives accepts the value, in the way that helps most: the values that would
    /// do, the types that would do, or what the one alternative that was evidently meant objects to.
    mutating func failAlternatives(
        _ rule: String, _ branches: [NodeID], _ value: JSONValue, at location: LocationID,
        _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        var objections: [[SchemaViolation]] = []
        for branch in branches { objections.append(try self.objections(of: branch, to: value, &evaluated)) }
        let report = AlternativesReport(objections: objections, pointer: pointer)
        if let choice = report.commonChoice {
            let message = "must be one of \(Wording.list(choice.values))"
            violationAt(choice.path, rule, location, message, Wording.allowed(choice.values))
        } else if let types = report.types {
            _ = fail(rule, at: location, "must be \(Wording.alternatives(types))")
        } else if let meant = report.meant {
            for objection in meant { self.report(objection) }
        } else {
            _ = fail(rule, at: location, report.summary)
        }
        return false
    }

    private mutating func violationAt(
        _ path: String, _ rule: String, _ location: LocationID, _ message: String, _ allowed: [JSONValue]?
    ) {
        report(
            SchemaViolation(
                path: path, schemaPath: program.locations.pointer(to: location, keyword: rule), rule: rule,
                message: message, allowed: allowed))
    }
}

/// What the branches of an `anyOf` or `oneOf` say against a value that none of them accepts.
private struct AlternativesReport {
    let objections: [[SchemaViolation]]
    /// Where the value is.
    let pointer: String

    private static let summarised = 4
    private static let excerptCharacters = 120

    /// The values of all branches together, when each objects only to a value it would have had to be.
    var commonChoice: (path: String, values: [JSONValue])? {
        let candidates = objections.contains { !isWrongKind($0) } ? objections.filter { !isWrongKind($0) } : objections
        guard let path = candidates.first.flatMap(choice)?.path else { return nil }
        var values: [JSONValue] = []
        for branch in candidates {
            guard let choice = choice(branch), choice.path == path else { return nil }
            for value in choice.allowed ?? [] where !values.contains(value) { values.append(value) }
        }
        return (path, values)
    }

    /// The objection that tells the branches apart: to the value itself or to a member of it that is a tag.
    private func choice(_ branch: [SchemaViolation]) -> SchemaViolation? {
        let choices = branch.filter { $0.allowed != nil && ($0.path == pointer || isMember($0.path)) }
        return choices.first { $0.rule == "const" } ?? choices.first
    }

    /// What each branch would take, when all of them object to the type and nothing else.
    var types: [String]? {
        var nouns: [String] = []
        for branch in objections {
            guard let objection = branch.first(where: { $0.path == pointer && $0.rule == "type" }) else { return nil }
            let noun = objection.message.dropFirst("must be ".count).prefix { $0 != "," }
            if !nouns.contains(String(noun)) { nouns.append(String(noun)) }
        }
        return nouns.isEmpty ? nil : nouns
    }

    /// The objections of the only branch whose type and tag the value has.
    var meant: [SchemaViolation]? {
        let rightKind = objections.filter { !isWrongKind($0) }
        if rightKind.count == 1 { return rightKind[0] }
        for tag in objections.joined() where tag.rule == "const" && isMember(tag.path) {
            let rightTag = rightKind.filter { branch in !branch.contains { $0.rule == "const" && $0.path == tag.path } }
            if rightTag.count == 1 { return rightTag[0] }
        }
        return nil
    }

    private func isWrongKind(_ branch: [SchemaViolation]) -> Bool {
        branch.contains { $0.path == pointer && ["type", "const", "false"].contains($0.rule) }
    }

    private func isMember(_ path: String) -> Bool {
        path.hasPrefix(pointer + "/") && !path.dropFirst(pointer.count + 1).contains("/")
    }

    var summary: String {
        var parts: [String] = []
        for (index, branch) in objections.prefix(Self.summarised).enumerated() {
            guard let first = branch.first else { continue }
            let place = first.path == pointer ? "" : "\(first.path.dropFirst(pointer.count)) "
            let text = "\(place)\(first.message)".prefix(Self.excerptCharacters)
            parts.append("form \(index + 1): \(text)")
        }
        let more = objections.count > Self.summarised ? "; and \(objections.count - Self.summarised) more" : ""
        return "must fit one of \(objections.count) forms: \(parts.joined(separator: "; "))\(more)"
    }
}
