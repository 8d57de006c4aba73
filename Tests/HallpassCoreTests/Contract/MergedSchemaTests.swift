import StrictJSON
import Testing

@testable import HallpassCore

/// What a model reads is what is enforced.
struct MergedSchemaTests {
    private static func accepts(_ schema: JSONValue, _ arguments: JSONObject) throws -> Bool {
        try ArgumentSchema(schema).violations(of: arguments).isEmpty
    }

    /// Tens of thousands of judgements: the rules of merging are few, and what they do to each other is many.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func `the merged schema accepts exactly what the schema and every constraint accept`(seed: UInt64) throws {
        var random = RandomSchemas(seed: seed)
        var agreed = (accepted: 0, refused: 0)
        for _ in 0..<200 {
            let schema = random.toolSchema()
            let constraints = (0..<2).map { _ in random.constraint() }
            // What could not be registered is not looked at.
            let isRegistrable = ([schema] + constraints).allSatisfy {
                ArgumentSchema.review($0, at: .root).violations.isEmpty
            }
            guard isRegistrable else { continue }
            for count in 0...2 {
                let merged = JSONValue.object(
                    MergedSchema.make(schema, narrowedBy: Array(constraints.prefix(count))))
                let broken = ArgumentSchema.review(merged, at: .root).violations.first
                guard broken == nil else {
                    Issue.record("\(Self.text(merged)): \(broken.map(String.init(describing:)) ?? "")")
                    continue
                }
                let whole = ArgumentSchema(merged)
                let parts = ([schema] + constraints.prefix(count)).map(ArgumentSchema.init)
                for _ in 0..<12 {
                    let arguments = random.arguments()
                    let separately = try parts.allSatisfy { try $0.violations(of: arguments).isEmpty }
                    let together = try whole.violations(of: arguments).isEmpty
                    #expect(
                        together == separately,
                        "\(Self.text(merged)) of \(Self.text(schema)) and \(constraints.prefix(count).map(Self.text)) for \(Self.text(.object(arguments)))"
                    )
                    if together { agreed.accepted += 1 } else { agreed.refused += 1 }
                }
            }
        }
        // A test that accepts or refuses everything would show nothing.
        #expect(agreed.accepted > 150 && agreed.refused > 150, "\(agreed)")
    }

    private static func text(_ value: JSONValue) -> String { String(decoding: value.serialized(), as: UTF8.self) }

    @Test(
        arguments: [
            // A bound stands where the model looks for it.
            (
                ["type": "object", "properties": ["n": ["type": "integer", "minimum": 1]]],
                ["properties": ["n": ["maximum": 5]]],
                ["type": "object", "properties": ["n": ["type": "integer", "minimum": 1, "maximum": 5]]]
            ),
            // The narrower of two bounds, of two lists, of two types.
            (
                [
                    "type": "object",
                    "properties": ["n": ["maximum": 9], "v": ["enum": ["a", "b"]], "t": ["type": "number"]],
                ],
                ["properties": ["n": ["maximum": 5], "v": ["enum": ["b", "c"]], "t": ["type": "integer"]]],
                [
                    "type": "object",
                    "properties": ["n": ["maximum": 5], "v": ["enum": ["b"]], "t": ["type": "integer"]],
                ]
            ),
            // What would be let in by being named stays out.
            (
                ["type": "object", "additionalProperties": false],
                ["properties": ["n": ["maximum": 5]]],
                [
                    "type": "object", "additionalProperties": false,
                    "allOf": [["properties": ["n": ["maximum": 5]]]],
                ]
            ),
            // A definition that others use too is not narrowed for them.
            (
                ["type": "object", "properties": ["n": ["$ref": "#/$defs/x"]], "$defs": ["x": ["type": "integer"]]],
                ["properties": ["n": ["maximum": 5]]],
                [
                    "type": "object", "properties": ["n": ["allOf": [["$ref": "#/$defs/x"], ["maximum": 5]]]],
                    "$defs": ["x": ["type": "integer"]],
                ]
            ),
            // References of a part follow it to where it stands.
            (
                ["type": "object", "properties": ["n": ["$ref": "#/properties/m"], "m": ["type": "integer"]]],
                ["properties": ["m": ["maximum": 5]]],
                [
                    "type": "object",
                    "allOf": [
                        [
                            "type": "object",
                            "properties": ["n": ["$ref": "#/allOf/0/properties/m"], "m": ["type": "integer"]],
                        ],
                        ["properties": ["m": ["maximum": 5]]],
                    ],
                ]
            ),
        ] as [(JSONValue, JSONValue, JSONValue)])
    func `a constraint is written where it is read`(schema: JSONValue, constraint: JSONValue, merged: JSONValue) {
        let result = JSONValue.object(MergedSchema.make(schema, narrowedBy: [constraint]))
        #expect(result == merged, "\(Self.text(result))")
    }

    @Test func `a tool without a schema takes any object`() {
        #expect(MergedSchema.make(nil, narrowedBy: []) == (["type": "object"] as JSONValue).objectValue)
        #expect(
            MergedSchema.make(nil, narrowedBy: [["required": ["a"]]])
                == (["type": "object", "required": ["a"]] as JSONValue).objectValue)
    }
}
