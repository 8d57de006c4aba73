/// One thing that is wrong with a document, in words that may be answered and logged: no value is ever repeated.
package struct JSONViolation: Hashable, Sendable {
    /// A JSON Pointer (RFC 6901).
    package let path: String

    /// A word for programs: `required`, `type`, `range`, `length`, `count`, `format`, `choice`, `unique`, `unknown`,
    /// or what the reader's owner names.
    package let rule: String

    /// A clause for people that follows the path: "must be a string".
    package let message: String

    package init(path: String, rule: String, message: String) {
        self.path = path
        self.rule = rule
        self.message = message
    }
}

/// Everything that was found wrong with one document; never empty.
package struct JSONViolations: Error, Hashable, Sendable {
    /// In the order found, the first ``countMaximum`` of them: a body of a million unknown fields gets a short answer.
    package let violations: [JSONViolation]

    package static let countMaximum = 100
}

extension JSONViolations: CustomStringConvertible {
    package var description: String {
        violations.map { "\($0.path.isEmpty ? "the document" : $0.path) \($0.message)" }.joined(separator: "; ")
    }
}
