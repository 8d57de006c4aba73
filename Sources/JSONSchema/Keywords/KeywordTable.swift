import StrictJSON

/// Which rules a schema object is read into, in the order they are checked: what is cheap first, what needs the
/// findings of the others last.
enum KeywordTable {
    typealias Compile = @Sendable (Subschema, inout SchemaCompilation) throws(SchemaError) -> (any Keyword)?

    private struct Entry {
        let vocabulary: Dialect.Vocabulary
        let compile: Compile
    }

    private static let entries: [Entry] = [
        Entry(vocabulary: .core, compile: Definitions.compile),
        Entry(vocabulary: .validation, compile: TypeKeyword.compile),
        Entry(vocabulary: .validation, compile: EnumKeyword.compile),
        Entry(vocabulary: .validation, compile: ConstKeyword.compile),
        Entry(vocabulary: .validation, compile: NumberRangeKeyword.compile),
        Entry(vocabulary: .validation, compile: MultipleOfKeyword.compile),
        Entry(vocabulary: .validation, compile: StringLengthKeyword.compile),
        Entry(vocabulary: .validation, compile: PatternKeyword.compile),
        Entry(vocabulary: .core, compile: FormatKeyword.compile),
        Entry(vocabulary: .validation, compile: ArrayLengthKeyword.compile),
        Entry(vocabulary: .validation, compile: UniqueItemsKeyword.compile),
        Entry(vocabulary: .validation, compile: ObjectSizeKeyword.compile),
        Entry(vocabulary: .validation, compile: RequiredKeyword.compile),
        Entry(vocabulary: .validation, compile: DependentRequiredKeyword.compile),
        Entry(vocabulary: .core, compile: RefKeyword.compile),
        Entry(vocabulary: .core, compile: DynamicRefKeyword.compile),
        Entry(vocabulary: .applicator, compile: PropertiesKeyword.compile),
        Entry(vocabulary: .applicator, compile: PropertyNamesKeyword.compile),
        Entry(vocabulary: .applicator, compile: DependentSchemasKeyword.compile),
        Entry(vocabulary: .applicator, compile: ItemsKeyword.compile),
        Entry(vocabulary: .applicator, compile: ContainsKeyword.compile),
        Entry(vocabulary: .applicator, compile: AllOfKeyword.compile),
        Entry(vocabulary: .applicator, compile: AnyOfKeyword.compile),
        Entry(vocabulary: .applicator, compile: OneOfKeyword.compile),
        Entry(vocabulary: .applicator, compile: NotKeyword.compile),
        Entry(vocabulary: .applicator, compile: ConditionalKeyword.compile),
        Entry(vocabulary: .unevaluated, compile: UnevaluatedPropertiesKeyword.compile),
        Entry(vocabulary: .unevaluated, compile: UnevaluatedItemsKeyword.compile),
    ]

    static func compile(
        _ schema: Subschema, _ compilation: inout SchemaCompilation
    ) throws(SchemaError) -> [any Keyword] {
        _ = try compilation.collect { (compilation: inout SchemaCompilation) throws(SchemaError) -> Void? in
            try UnknownKeywords.review(schema, &compilation)
        }
        if schema.dialect.draft == .draft07, schema.object["$ref"] != nil {
            return try RefKeyword.compile(schema, &compilation).map { [$0] } ?? []
        }
        var keywords: [any Keyword] = []
        for entry in entries where schema.dialect.vocabularies.contains(entry.vocabulary) {
            let keyword = try compilation.collect { (compilation: inout SchemaCompilation) throws(SchemaError) in
                try entry.compile(schema, &compilation)
            }
            if let keyword { keywords.append(keyword) }
        }
        Contradictions.review(schema, &compilation)
        return keywords
    }
}
