/// Why a schema cannot be registered.
package struct SchemaError: Error, Hashable, Sendable {
    package enum Kind: String, Sendable {
        /// The document is not a schema: a keyword has a value of the wrong type, an unknown type, a bad name.
        case malformed
        /// A keyword that would be a constraint elsewhere and is none here.
        case unsupported
        case unknownDialect
        case unresolvableReference
        /// References that lead back to where they started without descending into the instance.
        case referenceLoop
        case invalidPattern
        case limitExceeded
    }

    package let kind: Kind
    /// A JSON pointer into the schema; in another document, that document's URI, `#`, and the pointer.
    package let pointer: String
    /// The keyword, or the name of the limit.
    package let rule: String
    /// One sentence.
    package let message: String
}

/// Something a schema says that was read as meant, or that has no effect.
package struct SchemaWarning: Hashable, Sendable {
    package enum Kind: String, Sendable {
        /// Another dialect's spelling, read as its author meant it.
        case readAsMeant
        /// Something that looks like a constraint and constrains nothing.
        case noEffect
        /// Constraints that no value can meet together.
        case contradiction
    }

    package let kind: Kind
    package let pointer: String
    package let rule: String
    package let message: String
}

/// What is wrong with a schema, in the order of the document, and what is worth knowing of it.
package struct SchemaReview: Hashable, Sendable {
    /// Empty where it compiles. What identifies schemas is read first: where that is wrong, it is the one error.
    package let errors: [SchemaError]
    package let warnings: [SchemaWarning]
}

extension SchemaError: CustomStringConvertible {
    package var description: String { "\(pointer.isEmpty ? "(root)" : pointer): \(rule): \(message)" }
}
