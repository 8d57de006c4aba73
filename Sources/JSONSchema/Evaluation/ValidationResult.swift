package import StrictJSON

package enum ValidationResult: Hashable, Sendable {
    case valid
    /// At least one, in the order of the schema, none twice.
    case violations([SchemaViolation])
    /// The validation was abandoned; whether the instance is valid is not known, so it must be refused.
    case limitExceeded(ValidationLimit)

    package var isValid: Bool { self == .valid }
}

/// One way in which an instance does not fit. Quotes names of the instance, shortened, and never its values.
package struct SchemaViolation: Hashable, Sendable {
    /// A JSON pointer into the instance (RFC 6901), to the container where the full one would be too long.
    package let path: String
    /// The keyword's place in the schema: a JSON pointer, after a URI and `#` when that is another document.
    package let schemaPath: String
    /// The keyword.
    package let rule: String
    /// What to do about it, without a subject and a full stop: "must be at most 2000 characters".
    package let message: String
    /// The values that would do, where the schema lists them and they are not too many.
    package let allowed: [JSONValue]?
}
