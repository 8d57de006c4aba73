import StrictJSON
import Testing

@testable import hallpass

struct SourceMapTests {
    private static let yaml = """
        # the card
        server: crm-mcp
        auth:
          mode: oauth
          scopes:
            - contacts:read
            - notes:write
        environment: prod
        ---
        kind: Client
        id: gw
        """

    private static let json = """
        [
          { "server": "crm-mcp",
            "auth": {
              "mode": "oau\\"th", "scopes": ["contacts:read",
                "notes:write"] },

            "environment": "prod" },
          {
            "kind": "Client", "a/b": [ ], "id": "gw" }
        ]
        """

    @Test(arguments: [
        (0, "", 2), (0, "/server", 2), (0, "/auth", 3), (0, "/auth/scopes", 5), (0, "/auth/scopes/0", 6),
        (0, "/auth/scopes/1", 7), (0, "/environment", 8), (1, "", 10), (1, "/id", 11),
        (0, "/auth/token_ttl_seconds", 3), (0, "/auth/scopes/2", 5), (0, "/server/deeper", 2), (1, "/missing", 10),
    ])
    func `a pointer leads to its line in YAML, or to the line of what lacks it`(
        document: Int, pointer: String, line: Int
    ) throws {
        #expect(try self.line(Self.yaml, "a.yaml", document, pointer) == line)
    }

    @Test(arguments: [
        (0, "", 2), (0, "/server", 2), (0, "/auth", 3), (0, "/auth/mode", 4), (0, "/auth/scopes", 4),
        (0, "/auth/scopes/0", 4), (0, "/auth/scopes/1", 5), (0, "/environment", 7), (1, "", 8), (1, "/kind", 9),
        (1, "/a~1b", 9), (1, "/missing", 8),
    ])
    func `a pointer leads to its line in JSON, or to the line of what lacks it`(
        document: Int, pointer: String, line: Int
    ) throws {
        #expect(try self.line(Self.json, "a.json", document, pointer) == line)
    }

    @Test func `the lines of a JSON file follow its values whatever they are`() throws {
        let text =
            "{\"a\\u0062\": -1.5e3,\n\"t\" :true ,\n\n\"n\":null,\"e\":{},\n\"s\":\"]}\\\\\",\n\"last\":[\n[ ],{ }]}"
        let source = try JSONSource.read(Array(text.utf8)).source
        let lines = ["/ab", "/t", "/n", "/e", "/s", "/last", "/last/0", "/last/1"].map { pointer in
            JSONPointer(parsing: pointer).map { source.line(of: $0) }
        }
        #expect(lines == [1, 2, 4, 4, 5, 6, 7, 7])
    }

    @Test(arguments: [
        ("{\"a\":1,\n\"a\":2}", 2, "duplicate"), ("{\n\n\"a\":}", 3, "syntax"), ("[1]", 1, "type"),
        ("[{},\n3]", 2, "type"),
        ("{\"a\":1}\n{\"a\":2}", 2, "syntax"),
    ])
    func `a bad JSON file is refused with its line`(text: String, line: Int, rule: String) {
        let trouble = #expect(throws: ManifestTrouble.self) {
            try ManifestFile.documents(of: Array(text.utf8), file: "a.json")
        }
        #expect(trouble?.line == line)
        #expect(trouble?.rule == rule)
    }

    private func line(_ text: String, _ file: String, _ document: Int, _ pointer: String) throws -> Int {
        let documents = try ManifestFile.documents(of: Array(text.utf8), file: file)
        return documents[document].source.line(of: try #require(JSONPointer(parsing: pointer)))
    }
}
