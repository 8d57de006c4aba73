import StrictJSON

/// The rules a schema document is read by: a draft, and the vocabularies of it that are in force.
package struct Dialect: Hashable, Sendable {
    package enum Draft: String, Sendable {
        case draft07 = "http://json-schema.org/draft-07/schema"
        case draft202012 = "https://json-schema.org/draft/2020-12/schema"
    }

    /// The vocabularies of 2020-12 that hold keywords this target enforces.
    enum Vocabulary: String, CaseIterable, Sendable {
        case core, applicator, unevaluated, validation
        case formatAnnotation = "format-annotation"
        case formatAssertion = "format-assertion"
        case metaData = "meta-data"
        case content

        static let standard = Set(allCases).subtracting([.formatAssertion])
        static let prefix = "https://json-schema.org/draft/2020-12/vocab/"
    }

    let draft: Draft
    let vocabularies: Set<Vocabulary>

    init(_ draft: Draft, vocabularies: Set<Vocabulary> = Vocabulary.standard) {
        self.draft = draft
        self.vocabularies = vocabularies
    }

    /// The draft that a `$schema` without fragment names, whatever its scheme.
    static func standard(_ uri: String) -> Dialect? {
        switch uri {
        case "http://json-schema.org/draft-07/schema", "https://json-schema.org/draft-07/schema": Dialect(.draft07)
        case "https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft/2020-12/schema":
            Dialect(.draft202012)
        default: nil
        }
    }

    /// The dialect that a meta-schema defines by its `$vocabulary`.
    ///
    /// - Returns: `nil` when it requires a vocabulary that is unknown here.
    ///
    /// Source: JSON Schema Core 2020-12 section 8.1.2.
    static func defined(by metaSchema: JSONObject) -> Dialect? {
        guard let declared = metaSchema["$vocabulary"]?.objectValue else { return Dialect(.draft202012) }
        var known: Set<Vocabulary> = [.core]
        for member in declared {
            let isStandard = member.name.hasPrefix(Vocabulary.prefix)
            if isStandard, let name = Vocabulary(rawValue: String(member.name.dropFirst(Vocabulary.prefix.count))) {
                known.insert(name)
            } else if member.value == true {
                return nil
            }
        }
        return Dialect(.draft202012, vocabularies: known)
    }
}
