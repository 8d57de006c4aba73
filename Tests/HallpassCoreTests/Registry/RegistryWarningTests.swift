import HallpassCore
import StrictJSON
import Testing

/// What was accepted and perhaps not meant.
struct RegistryWarningTests {
    private static func connector(_ schemas: JSONValue...) -> JSONValue {
        [
            "kind": "Connector", "id": "files", "resource": "https://files.example",
            "tools": .array(
                schemas.enumerated().map { index, schema in
                    ["name": .string("tool\(index)"), "effect": "read", "input_schema": schema]
                }),
        ]
    }

    private static let dialect: JSONValue = "https://json-schema.org/draft/2020-12/schema"

    private func plan(_ documents: JSONValue..., on current: TenantRegistry? = nil) throws -> RegistryPlan {
        let start = try current ?? Fixture().registry
        let resources = try RegistryResource.readAll(documents)
        return try RegistryPlan.make(current: start, documents: resources, prune: false)
    }

    @Test func `a misspelt keyword, another dialect's spelling and a missing dialect are told with their place`() throws
    {
        let plan = try plan(
            ["kind": "Environment", "id": "test"],
            Self.connector(
                [
                    "$schema": Self.dialect,
                    "properties": ["a": ["maxLenght": 3], "b": ["type": "string", "nullable": true]],
                ],
                ["properties": ["n": ["minimum": 0, "exclusiveMinimum": true]]]))
        let expected: [(String, String)] = [
            ("/tools/0/input_schema/properties/a/maxLenght", "maxLenght"),
            ("/tools/0/input_schema/properties/b/nullable", "nullable"), ("/tools/1/input_schema", "$schema"),
            ("/tools/1/input_schema/properties/n/exclusiveMinimum", "exclusiveMinimum"),
        ]
        #expect(plan.warnings.map(\.finding.path) == expected.map(\.0))
        #expect(plan.warnings.map(\.finding.rule) == expected.map(\.1))
        #expect(plan.warnings.allSatisfy { $0.document == 1 && $0.key.text == "connector files" })
        let json = try #require(plan.warnings.first?.json.objectValue)
        #expect(json.members.map(\.name) == ["document", "kind", "name", "path", "rule", "message"])
    }

    @Test func `a constraint need not name a dialect, and its misspelt keywords are told`() throws {
        let refusal: JSONValue = ["code": "X", "message": "no", "retryable": false, "suggested_action": "stop"]
        let plan = try plan([
            "server": "crm-mcp", "environment": "dev",
            "auth": ["mode": "none", "scopes": ["contacts:read"], "token_ttl_seconds": 60],
            "constraints": [
                ["tool": "find_contact", "schema": ["maxPropertys": 3], "when_violated": refusal]
            ],
        ])
        #expect(plan.warnings.map(\.finding.path) == ["/constraints/0/schema/maxPropertys"])
    }

    @Test func `what is registered already is not warned of again`() throws {
        let document = Self.connector(["maxPropertys": 3])
        let first = try plan(document)
        #expect(first.warnings.count == 2)
        #expect(try plan(document, on: first.result).warnings.isEmpty)
    }

    @Test func `a thousand warnings are enough`() throws {
        let schema: JSONValue = [
            "$schema": Self.dialect,
            "properties": .object((0..<120).reduce(into: JSONObject()) { $0["p\($1)"] = ["maxLenght": 1] }),
        ]
        let plan = try plan(
            Self.connector(schema, schema, schema, schema, schema, schema, schema, schema, schema, schema, schema))
        #expect(plan.warnings.count == Limits.warningsPerChange)
    }

    @Test func `every error of every schema is reported at once`() throws {
        let document = Self.connector(
            ["properties": ["a": ["type": "strin"], "b": ["pattern": "("]]], ["required": "x", "maxPropertys": 1])
        let error = try #require(throws: RegistryViolations.self) { try plan(document) }
        #expect(
            error.violations.map(\.violation.path) == [
                "/tools/0/input_schema/properties/a/type", "/tools/0/input_schema/properties/b/pattern",
                "/tools/1/input_schema/required",
            ])
    }
}
