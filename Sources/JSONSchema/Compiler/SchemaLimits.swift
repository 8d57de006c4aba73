/// What one schema may cost to compile and to keep.
package struct SchemaLimits: Hashable, Sendable {
    /// Levels of JSON inside one another. Comparisons of constants recurse this deep.
    package var depth: Int
    /// JSON values in one document.
    package var values: Int
    /// UTF-8 bytes of all strings and names of one document.
    package var textBytes: Int
    /// Subschemas, those of referenced documents included.
    package var subschemas: Int
    /// Distinct regular expressions.
    package var patterns: Int
    /// Warnings kept, and errors; the rest are dropped.
    package var findings: Int

    package static let `default` = SchemaLimits()

    package init(
        depth: Int = 128, values: Int = 50_000, textBytes: Int = 524_288, subschemas: Int = 5_000, patterns: Int = 500
    ) {
        self.depth = depth
        self.values = values
        self.textBytes = textBytes
        self.subschemas = subschemas
        self.patterns = patterns
        findings = 100
    }
}
