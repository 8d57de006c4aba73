import Testing

@testable import StrictJSON

struct JSONPointerTests {
    /// The document of RFC 6901 section 5.
    private static let document: JSONValue = [
        "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8,
    ]

    @Test(
        arguments: [
            ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/foo/1", "baz"), ("/", 0), ("/a~1b", 1), ("/c%d", 2),
            ("/e^f", 3),
            ("/g|h", 4), ("/i\\j", 5), ("/k\"l", 6), ("/ ", 7), ("/m~0n", 8), ("", document),
        ] as [(String, JSONValue)])
    func `a pointer of the specification resolves and prints as it was`(text: String, expected: JSONValue) throws {
        let pointer = try #require(JSONPointer(parsing: text))
        #expect(pointer.resolve(in: Self.document) == expected)
        #expect(pointer.description == text)
    }

    @Test(arguments: [
        "/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/-1", "/foo/+1", "/foo/", "/foo/0/0", "/x",
        "/foo/99999999999999999999",
    ])
    func `a pointer to nothing resolves to nothing`(text: String) throws {
        #expect(try #require(JSONPointer(parsing: text)).resolve(in: Self.document) == nil)
    }

    @Test(arguments: ["foo", "#/foo", "/a~", "/a~2", "/~~0", "~0"])
    func `a text that is no pointer is refused`(text: String) {
        #expect(JSONPointer(parsing: text) == nil)
    }

    /// Resolved in one pass: `~01` is the name `~1`, never a slash.
    @Test func `an escape is resolved once`() {
        #expect(JSONPointer(parsing: "/~01/~10")?.tokens == ["~1", "/0"])
    }

    @Test func `appending escapes what a pointer cannot hold plainly`() {
        let pointer = JSONPointer.root.appending("a/b").appending(3).appending("~").appending("")
        #expect(pointer.description == "/a~1b/3/~0/")
        #expect(JSONPointer(parsing: pointer.description) == pointer)
        #expect(JSONPointer.root.description.isEmpty)
    }
}
