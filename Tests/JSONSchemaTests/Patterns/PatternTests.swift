import Testing

@testable import JSONSchema

struct PatternTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let pattern: String
        let text: String
        let isFound: Bool
        var testDescription: String { "\(pattern) in \(text.debugDescription)" }

        init(_ pattern: String, _ text: String, _ isFound: Bool) {
            self.pattern = pattern
            self.text = text
            self.isFound = isFound
        }
    }

    static func finds(_ pattern: String, in text: String, steps: Int = 1_000_000) throws -> Bool {
        let matcher = try #require(PatternMatcher())
        var steps = steps
        return try matcher.finds(try Pattern(pattern), in: text, steps: &steps)
    }

    static let samples: [Sample] = [
        // Anywhere in the text, unless anchored; an end is the end and never before a newline.
        Sample("b", "abc", true), Sample("^b", "abc", false), Sample("c$", "abc", true), Sample("c$", "abc\n", false),
        Sample("^c$", "a\nc\nb", false), Sample("", "", true), Sample("", "x", true),
        // Digits and words are ASCII; white space is not.
        Sample("^\\d$", "7", true), Sample("^\\d$", "٧", false), Sample("^\\D$", "٧", true),
        Sample("^\\w$", "_", true), Sample("^\\w$", "é", false), Sample("^\\W$", "é", true),
        Sample("^\\s$", "\u{A0}", true), Sample("^\\s$", "\u{FEFF}", true), Sample("^\\s$", "\u{2028}", true),
        Sample("^\\s$", "\u{0B}", true), Sample("^\\s$", "\u{85}", false), Sample("^\\S$", "\u{3000}", false),
        Sample("^[\\s\\d]$", "\u{202F}", true), Sample("^[^\\S]$", "\u{A0}", true), Sample("^[^\\W_]$", "a", true),
        Sample("^[^\\W_]$", "_", false), Sample("\\bé", " é", false), Sample("é\\B", "é", true),
        // The dot stops at the four line terminators and takes a code point, not a byte.
        Sample("^.$", "\u{1F600}", true), Sample("^.$", "\n", false), Sample("^.$", "\r", false),
        Sample("^.$", "\u{2028}", false), Sample("^.$", "\u{2029}", false), Sample("^.$", "\u{85}", true),
        Sample("^.$", "\u{0B}", true),
        // Escapes.
        Sample("^\\t\\n\\v\\f\\r$", "\t\n\u{0B}\u{0C}\r", true), Sample("^\\v$", "\n", false),
        Sample("^\\cJ$", "\n", true), Sample("^\\cj$", "\n", true), Sample("^\\0$", "\0", true),
        Sample("^\\x41$", "A", true), Sample("^\\u0041$", "A", true), Sample("^\\u{1F600}$", "\u{1F600}", true),
        Sample("^\\uD83D\\uDE00$", "\u{1F600}", true), Sample("^[\\u{1F600}-\\u{1F64F}]$", "\u{1F601}", true),
        Sample("^\\/\\.\\*\\$\\^$", "/.*$^", true), Sample("^[\\b]$", "\u{08}", true), Sample("^[\\-\\]]$", "-", true),
        // Unicode properties by their long names.
        Sample("^\\p{Letter}+$", "Straße", true), Sample("^\\p{L}$", "1", false), Sample("^\\P{L}$", "1", true),
        Sample("^\\p{Lu}\\p{Lowercase_Letter}$", "Éé", true), Sample("^\\p{gc=Nd}$", "٧", true),
        Sample("^\\p{General_Category=Decimal_Number}$", "٧", true), Sample("^\\p{Script=Greek}+$", "αβγ", true),
        Sample("^\\p{sc=Grek}$", "a", false), Sample("^\\p{Script_Extensions=Greek}$", "α", true),
        Sample("^\\p{LC}$", "a", true), Sample("^\\p{LC}$", "中", false), Sample("^\\p{Any}$", "\u{10FFFF}", true),
        Sample("^\\P{Any}$", "a", false), Sample("^\\p{ASCII}$", "é", false), Sample("^\\P{ASCII}$", "é", true),
        Sample("^\\p{Assigned}$", "a", true), Sample("^\\p{Assigned}$", "\u{378}", false),
        Sample("^\\p{Emoji_Presentation}$", "\u{1F600}", true), Sample("^[\\p{L}\\d-]+$", "é-7", true),
        Sample("^\\p{Alphabetic}$", "é", true), Sample("^\\p{White_Space}$", "\u{85}", true),
        // Classes that PCRE2 reads differently.
        Sample("[]", "a", false), Sample("^[^]$", "\n", true), Sample("^[[]$", "[", true), Sample("^[a-]$", "-", true),
        Sample("^[.$]$", "a", false), Sample("^[\\d-x]$", "-", true), Sample("^[ ]$", " ", true),
        Sample("^[[:]$", ":", true), Sample("^[&&a]$", "&", true),
        // Quantifiers.
        Sample("^a{2}$", "aa", true), Sample("^a{2,}$", "aaa", true), Sample("^a{2,3}$", "aaaa", false),
        Sample("^a{0}$", "", true), Sample("^a+?b??$", "aab", true), Sample("^a{,3}$", "aa", false),
        Sample("^a{,3}$", "a{,3}", true), Sample("^{.*}$", "{x}", true), Sample("^x{a}$", "x{a}", true),
        // Groups.
        Sample("^(?:a|b)+$", "abba", true), Sample("^(?=a)[a-z]$", "a", true), Sample("^(?!a)[a-z]$", "a", false),
        Sample("(?<=\\$)\\d", "$5", true), Sample("(?<!\\$)5", "$5", false),
        Sample("^(['\"]).*\\1$", "'x'", true), Sample("^(['\"]).*\\1$", "'x\"", false),
        Sample("^(?<q>a)\\k<q>$", "aa", true), Sample("^\\k<q>(?<q>a)$", "a", true),
        // A group that captured nothing: a reference to it matches nothing, in ECMA-262 without failing.
        Sample("^(?:(a)|b)\\1$", "b", true), Sample("^\\1(a)$", "a", true), Sample("^(a\\1)$", "a", true),
    ]

    @Test(arguments: samples)
    func `a pattern means what ECMA-262 says`(sample: Sample) throws {
        #expect(try Self.finds(sample.pattern, in: sample.text) == sample.isFound)
    }

    @Test(arguments: [
        "(", ")", "(a", "[a", "a**", "a++", "a?+", "*a", "+", "?", "a|*", "^*", "(?=a)*", "{2}", "a{3,2}", "a{65536}",
        "\\", "a\\", "[b-a]", "[\\", "(?i)a", "(?i:a)", "(?>a)", "(?#c)", "(?P<n>a)", "(?R)", "(?1)", "(?|a)",
        "(*UTF)a", "(*LIMIT_MATCH=1)a", "\\A", "\\Z", "\\z", "\\G", "\\K", "\\Q", "\\E", "\\R", "\\X", "\\C", "\\N",
        "\\h", "\\H", "\\e", "\\a", "\\g1", "\\c", "\\c1", "\\01", "\\x4", "\\xZZ", "\\u004", "\\u{}", "\\u{110000}",
        "\\u{D800}", "\\uD83D", "\\uDE00", "[\\uD800-\\uDFFF]", "\\u{41", "\\p", "\\pL", "\\p{", "\\p{Nope}",
        "\\p{Greek}", "\\p{Script=Nope}", "\\p{sc=x}|(*F)", "\\p{gc=Nope}", "\\p{^L}", "[[:alpha:]]", "(?<n>a)(?<n>b)",
        "(?<>a)", "\\k<n>", "\\k", "\\2(a)", "(?<=a*)b", "(?<=(a)\\1)b", "(?:(a)|b\\1)*", "(?:(a)?\\1b)+",
        "((a)|b)*\\2", "(a*)+\\1", "(?:(a)b)*\\1",
        "(?:(a)?b)+\\1", "(?:(?:(a)b)*\\1)+",
    ])
    func `what ECMA-262 does not have, or PCRE2 does not, is refused`(pattern: String) {
        #expect(throws: PatternError.self) { try Pattern(pattern) }
    }

    @Test(arguments: [
        ("a{", "'{'"), ("a}", "'}'"), ("a]", "']'"), ("\\-", "escapes nothing"), ("\\_", "escapes nothing"),
        ("\\ ", "escapes nothing"), ("[\\w-.]", "'-'"),
    ])
    func `what only older modes accept is read as meant, and said so`(pattern: String, note: String) throws {
        let leniencies = try Pattern(pattern).leniencies
        #expect(leniencies.count == 1)
        #expect(leniencies.first?.contains(note) == true)
    }

    /// Both sides of the one difference in what captures survive a repetition.
    @Test(arguments: [
        "(?:(['\"]).*?\\1)*", "^(?:(a)\\1)+$", "(?:(a)|b)\\1", "(a)(?:b\\1)*", "(?:(?:(a))\\1)*", "(a)?\\1",
        "(?:(?:(a)\\1)*x)+",
    ])
    func `a backreference that both engines agree on is accepted`(pattern: String) throws {
        _ = try Pattern(pattern)
    }

    @Test(arguments: [(100, true), (101, false)])
    func `groups nest up to a limit`(depth: Int, isAccepted: Bool) {
        let pattern = String(repeating: "(", count: depth) + String(repeating: ")", count: depth)
        #expect(((try? Pattern(pattern)) != nil) == isAccepted)
    }

    @Test(arguments: [(4_095, true), (4_096, true), (4_097, false)])
    func `a pattern is long up to a limit`(bytes: Int, isAccepted: Bool) {
        #expect(((try? Pattern(String(repeating: "a", count: bytes))) != nil) == isAccepted)
    }

    @Test
    func `repeats that would compile to too much are refused`() {
        #expect(throws: PatternError.self) { try Pattern("((a{1,1000}b){1,1000}c){1,1000}") }
    }
}

struct PatternMatcherTests {
    /// Exponential, quadratic and cubic ones; the last three never reach PCRE2's own match limit.
    @Test(arguments: [
        ("^(a+)+$", 40), ("^(a|a)*$", 40), ("^(a|aa)+$", 100), ("(.*)*[xy]", 2_000),
        ("^(([a-z])+.)+[A-Z]([a-z])+$", 60),
        ("a*[bc]", 100_000), ("(?:a*[bc]|a*[de]|a*[fg])", 100_000), ("a*a*a*[bc]", 5_000),
    ])
    func `a pattern that backtracks without end is given up on`(pattern: String, length: Int) throws {
        let text = String(repeating: "a", count: length) + "!"
        #expect(throws: ValidationLimit.work) { try PatternTests.finds(pattern, in: text) }
    }

    @Test
    func `what a match costs is taken from what is left`() throws {
        let matcher = try #require(PatternMatcher())
        var steps = 1_000
        #expect(try matcher.finds(try Pattern("^a+$"), in: "aaa", steps: &steps))
        #expect(steps < 1_000 && steps > 900)
        steps = 3
        #expect(throws: ValidationLimit.work) { try matcher.finds(try Pattern("^a+$"), in: "aaa", steps: &steps) }
    }

    @Test
    func `a backreference pays for the text it compares`() throws {
        let text = String(repeating: "a", count: 20_000) + "!"
        #expect(throws: ValidationLimit.work) { try PatternTests.finds("^(a+)\\1\\1b", in: text) }
    }
}
