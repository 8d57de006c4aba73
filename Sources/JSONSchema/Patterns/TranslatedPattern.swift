/// An ECMA-262 pattern in PCRE2's syntax.
struct TranslatedPattern: Hashable, Sendable {
    let pcre2: String
    let leniencies: [String]
    let hasBackreferences: Bool
}
