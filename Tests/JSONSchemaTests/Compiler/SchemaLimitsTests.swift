import JSONSchema
import StrictJSON
import Testing

struct SchemaLimitsTests {
    static func exceeded(_ schema: JSONValue, _ limits: SchemaLimits = .default) -> String? {
        do throws(SchemaError) {
            _ = try SchemaCompiler(limits: limits).compile(schema)
            return nil
        } catch {
            return error.kind == .limitExceeded ? error.rule : "\(error)"
        }
    }

    static func nested(_ levels: Int) -> JSONValue {
        (0..<levels).reduce(true) { schema, _ in ["not": schema] }
    }

    @Test(arguments: [(127, nil), (128, nil), (129, "depth")])
    func `a schema is deep up to a limit`(levels: Int, rule: String?) {
        #expect(Self.exceeded(Self.nested(levels)) == rule)
    }

    @Test(arguments: [(4_999, nil), (5_000, nil), (5_001, "subschemas"), (10_000, "subschemas")])
    func `a schema has subschemas up to a limit`(count: Int, rule: String?) {
        let schema: JSONValue = ["anyOf": .array(Array(repeating: [:], count: count - 1))]
        #expect(Self.exceeded(schema) == rule)
    }

    @Test(arguments: [(99, nil), (100, nil), (101, "values")])
    func `a schema has values up to a limit`(count: Int, rule: String?) {
        let schema: JSONValue = ["enum": .array((0..<(count - 2)).map { .integer(Int64($0)) })]
        #expect(Self.exceeded(schema, SchemaLimits(values: 100)) == rule)
    }

    @Test(arguments: [(524_287, nil), (524_288, nil), (524_289, "textBytes"), (1_048_576, "textBytes")])
    func `a schema has text up to a limit`(bytes: Int, rule: String?) {
        let schema: JSONValue = ["title": .string(String(repeating: "x", count: bytes - "title".utf8.count))]
        #expect(Self.exceeded(schema) == rule)
    }

    @Test(arguments: [(499, nil), (500, nil), (501, "patterns")])
    func `a schema has patterns up to a limit, each counted once`(count: Int, rule: String?) {
        let distinct = (0..<count).map { ["pattern": .string("a\($0)")] as JSONValue }
        #expect(Self.exceeded(["anyOf": .array(distinct)]) == rule)
        let same = Array(repeating: ["pattern": "a"] as JSONValue, count: count)
        #expect(Self.exceeded(["anyOf": .array(same)]) == nil)
    }

    @Test
    func `documents that are referred to count as well`() throws {
        let registry = SchemaRegistry(["http://x/": ["anyOf": [true, true, true]]])
        for (limit, isAccepted) in [(4, false), (5, true)] {
            let compiler = SchemaCompiler(registry: registry, limits: SchemaLimits(subschemas: limit))
            #expect(((try? compiler.compile(["$ref": "http://x/"])) != nil) == isAccepted)
        }
    }

    /// Names are kept once, not at every level below them.
    @Test
    func `a long name above many subschemas costs its length once`() throws {
        let leaves = (0..<4_000).map { ("p\($0)", JSONValue.bool(true)) }
        var object = JSONObject()
        for (name, value) in leaves { object[name] = value }
        let long = String(repeating: "n", count: 200_000)
        let compiled = try SchemaCompiler().compile(["properties": [long: ["properties": .object(object)]]])
        #expect(compiled.validate([:]) == .valid)
    }

    @Test
    func `warnings are kept up to a limit`() throws {
        let schemas = Array(repeating: ["unknown": 1] as JSONValue, count: 500)
        #expect(try SchemaCompiler().compile(["anyOf": .array(schemas)]).warnings.count == 100)
    }
}
