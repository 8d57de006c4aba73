import Testing

@testable import JSONSchema

struct UnicodePropertyTests {
    /// A name in our table that this PCRE2 did not know would be a pattern refused for no fault of its own.
    @Test(arguments: UnicodeProperty.binaryNames.sorted())
    func `PCRE2 knows every binary property`(name: String) {
        #expect(throws: Never.self) { _ = try Pattern("^\\p{\(name)}\\P{\(name)}[\\p{\(name)}]$") }
    }

    @Test(arguments: UnicodeProperty.shortCategories.keys.sorted())
    func `PCRE2 knows every general category`(name: String) {
        #expect(throws: Never.self) { _ = try Pattern("^\\p{\(name)}\\P{gc=\(name)}[^\\p{\(name)}]$") }
    }
}
