/// What one validation may cost. Past a limit the answer is neither valid nor invalid: see ``ValidationResult``.
package struct ValidationLimits: Hashable, Sendable {
    /// Levels of JSON inside one another in the instance.
    package var instanceDepth: Int
    /// JSON values in the instance.
    package var instanceValues: Int
    /// Subschemas applied inside one another, references included; each takes a few frames of the thread's stack.
    package var evaluationDepth: Int
    /// Steps: a subschema applied, a member or element visited, an item of a pattern tried. Some 10 to 50 ns each.
    package var work: Int
    /// Violations reported; when there are as many there may be more.
    package var violations: Int

    package static let `default` = ValidationLimits()

    package init(
        instanceDepth: Int = 128, instanceValues: Int = 100_000, evaluationDepth: Int = 256, work: Int = 1_000_000,
        violations: Int = 64
    ) {
        self.instanceDepth = instanceDepth
        self.instanceValues = instanceValues
        self.evaluationDepth = evaluationDepth
        self.work = work
        self.violations = violations
    }
}

/// The limit that a validation ran into.
package enum ValidationLimit: String, Error, Hashable, Sendable, CaseIterable {
    case instanceDepth
    case instanceValues
    case evaluationDepth
    case work
    /// One match of a regular expression needed more memory than any may.
    case pattern
}
