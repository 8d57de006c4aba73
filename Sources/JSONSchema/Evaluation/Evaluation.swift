import StrictJSON

/// One validation under way: where it stands, what it may still spend, what it has found.
struct Evaluation {
    let program: CompiledSchema.Program
    let limits: ValidationLimits
    /// Steps left, see ``ValidationLimits/work``.
    private(set) var work: Int
    private(set) var violations: [SchemaViolation] = []
    /// Off while a subschema is only tried: then nothing is reported and the first failure ends it.
    private(set) var isReporting = true
    private var path = InstancePath()
    private var depth = 0
    /// The resources entered on the way here, outermost first: what `$dynamicRef` searches.
    private var scope: [ResourceID] = []
    private var matcher: PatternMatcher?

    private static let reportSteps = 64

    init(program: CompiledSchema.Program, limits: ValidationLimits) {
        self.program = program
        self.limits = limits
        work = limits.work
    }

    mutating func spend(_ steps: Int) throws(ValidationLimit) {
        work -= steps
        guard work > 0 else { throw .work }
    }

    mutating func finds(_ pattern: Pattern, in text: String) throws(ValidationLimit) -> Bool {
        if matcher == nil { matcher = PatternMatcher() }
        guard let matcher else { throw .pattern }
        return try matcher.finds(pattern, in: text, steps: &work)
    }
}

// MARK: - Applying subschemas

extension Evaluation {
    /// Applies a subschema to the value at the current path.
    mutating func apply(
        _ id: NodeID, to value: JSONValue, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        try spend(1)
        let node = program.nodes[id]
        guard !node.keywords.isEmpty else { return true }
        guard depth < limits.evaluationDepth else { throw .evaluationDepth }
        depth += 1
        let entersResource = program.hasDynamicReferences && scope.last != node.resource
        if entersResource { scope.append(node.resource) }
        let passes: Bool
        if node.tracksEvaluated {
            var own: EvaluatedParts? = EvaluatedParts(value)
            passes = try check(node, value, &own)
            if let own { evaluated?.formUnion(own) }
        } else {
            passes = try check(node, value, &evaluated)
        }
        depth -= 1
        if entersResource { scope.removeLast() }
        return passes
    }

    private mutating func check(
        _ node: SchemaNode, _ value: JSONValue, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        var passes = true
        for keyword in node.keywords where try !keyword.check(value, &self, &evaluated) {
            passes = false
            if !isReporting { break }
        }
        return passes
    }

    /// Applies a subschema to a member or element of the value at the current path.
    mutating func apply(
        _ id: NodeID, toChild value: JSONValue, at token: InstancePath.Token
    ) throws(ValidationLimit) -> Bool {
        path.push(token)
        var nobodyAsks: EvaluatedParts?
        let passes = try apply(id, to: value, &nobodyAsks)
        path.pop()
        return passes
    }

    /// Whether a subschema accepts the value, without reporting; what it looked at counts only then.
    mutating func accepts(
        _ id: NodeID, _ value: JSONValue, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> Bool {
        let wasReporting = isReporting
        isReporting = false
        var branch = evaluated.map { _ in EvaluatedParts(value) }
        let passes = try apply(id, to: value, &branch)
        isReporting = wasReporting
        if passes, let branch { evaluated?.formUnion(branch) }
        return passes
    }

    /// What a subschema that does not accept the value has to say, instead of reporting it.
    mutating func objections(
        of id: NodeID, to value: JSONValue, _ evaluated: inout EvaluatedParts?
    ) throws(ValidationLimit) -> [SchemaViolation] {
        let before = violations
        let wasReporting = isReporting
        violations = []
        isReporting = true
        _ = try apply(id, to: value, &evaluated)
        let found = violations
        violations = before
        isReporting = wasReporting
        return found
    }

    /// The node that a `$dynamicRef` to `anchor` leads to from here, if any resource on the way has such an anchor.
    func dynamicTarget(_ anchor: String) -> NodeID? {
        for resource in scope {
            if let node = program.dynamicAnchors[resource][anchor] { return node }
        }
        return nil
    }
}

// MARK: - Reporting

extension Evaluation {
    /// The current path as a JSON pointer.
    var pointer: String { path.pointer }

    /// Reports that the value at the current path breaks `rule`, and says `false`.
    mutating func fail(
        _ rule: String, at location: LocationID, _ message: @autoclosure () -> String, allowed: [JSONValue]? = nil
    ) -> Bool {
        guard isReporting else { return false }
        report(
            SchemaViolation(
                path: path.pointer, schemaPath: program.locations.pointer(to: location, keyword: rule), rule: rule,
                message: message(), allowed: allowed))
        return false
    }

    /// The same about a member of the value at the current path.
    mutating func fail(
        _ rule: String, at location: LocationID, member name: String, _ message: @autoclosure () -> String
    ) -> Bool {
        path.push(.name(name))
        let answer = fail(rule, at: location, message())
        path.pop()
        return answer
    }

    mutating func report(_ violation: SchemaViolation) {
        // Writing it down costs far more than finding it; the next step notices when too much has been spent.
        work -= Self.reportSteps
        guard isReporting, !violations.contains(violation) else { return }
        violations.append(violation)
        if violations.count >= limits.violations { isReporting = false }
    }
}
