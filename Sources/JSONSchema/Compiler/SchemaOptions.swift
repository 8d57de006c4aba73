/// How a schema is read, beyond what it says itself.
package struct SchemaOptions: Hashable, Sendable {
    /// Whether `format` is an assertion for the formats this target knows; JSON Schema makes it an annotation.
    package var assertsFormats: Bool
    /// The dialect of a document that does not name one.
    package var defaultDialect: Dialect.Draft
    /// Where the document was retrieved from, an absolute URI; empty when it stands alone.
    package var baseURI: String

    package static let `default` = SchemaOptions()

    package init(
        assertsFormats: Bool = false, defaultDialect: Dialect.Draft = .draft202012, baseURI: String = ""
    ) {
        self.assertsFormats = assertsFormats
        self.defaultDialect = defaultDialect
        self.baseURI = baseURI
    }
}
