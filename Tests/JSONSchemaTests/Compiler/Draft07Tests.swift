import JSONSchema
import StrictJSON
import Testing

struct Draft07Tests {
    static func compile(_ members: String, registry: SchemaRegistry = .init()) throws -> CompiledSchema {
        try SchemaCompiler(registry: registry).compile(
            json: ##"{"$schema":"http://json-schema.org/draft-07/schema#",\##(members)}"##)
    }

    @Test(arguments: [
        (##""items":[{"type":"string"}],"additionalItems":{"type":"null"}"##, ##"["a",null]"##, ##"["a",1]"##),
        (##""items":[{"type":"string"}],"additionalItems":false"##, ##"["a"]"##, ##"["a",1]"##),
        (##""items":{"type":"string"},"additionalItems":false"##, ##"["a","b"]"##, "[1]"),
        (##""dependencies":{"a":["b"]}"##, ##"{"a":1,"b":1}"##, ##"{"a":1}"##),
        (##""dependencies":{"a":{"required":["b"]}}"##, ##"{"a":1,"b":1}"##, ##"{"a":1}"##),
        (##""dependencies":{"a":false}"##, "{}", ##"{"a":1}"##),
        (
            ##""properties":{"a":{"$ref":"#/definitions/x"}},"definitions":{"x":{"type":"null"}}"##, ##"{"a":null}"##,
            ##"{"a":1}"##
        ),
        (##""allOf":[{"$ref":"#named"}],"definitions":{"x":{"$id":"#named","type":"null"}}"##, "null", "1"),
        (##""contains":{"type":"null"}"##, "[null]", "[]"),
        (##""if":{"type":"integer"},"then":{"minimum":1},"else":{"type":"null"}"##, "1", "0"),
        (##""$ref":"http://json-schema.org/draft-07/schema#""##, ##"{"minLength":1}"##, ##"{"minLength":-1}"##),
        (
            ##""$id":"http://x/root.json","items":{"$ref":"item.json"},"definitions":{"i":{"$id":"item.json","type":"null"}}"##,
            "[null]", "[1]"
        ),
    ])
    func `a document that names draft-07 is read by its rules`(members: String, valid: String, invalid: String) throws {
        let compiled = try Self.compile(members)
        #expect(try compiled.validate(json: valid) == .valid)
        #expect(try compiled.validate(json: invalid).hasViolations)
    }

    @Test(arguments: [
        (##""$ref":"#/definitions/x","type":"string","definitions":{"x":{}}"##, "1"),
        (##""unevaluatedProperties":false"##, ##"{"a":1}"##), (##""minContains":2,"contains":true"##, "[1]"),
        (##""prefixItems":[false]"##, "[1]"), (##""dependentRequired":{"a":["b"]}"##, ##"{"a":1}"##),
        (##""dependentSchemas":{"a":false}"##, ##"{"a":1}"##),
        (##""allOf":[{"$ref":"#/definitions/x","$id":"http://y/","definitions":{}}],"definitions":{"x":true}"##, "1"),
    ])
    func `what draft-07 does not have, or ignores, constrains nothing`(members: String, valid: String) throws {
        #expect(try Self.compile(members).validate(json: valid) == .valid)
    }

    @Test(arguments: ["http://json-schema.org/draft-07/schema", "https://json-schema.org/draft-07/schema#"])
    func `the dialect's name is known with and without its fragment`(uri: String) throws {
        let compiled = try SchemaCompiler().compile(json: ##"{"$schema":"\##(uri)","unevaluatedItems":false}"##)
        #expect(try compiled.validate(json: "[1]") == .valid)
    }

    @Test
    func `each document is read by its own dialect`() throws {
        let registry = SchemaRegistry([
            "http://x/new.json": try JSONValue(
                json: ##"{"$schema":"https://json-schema.org/draft/2020-12/schema","prefixItems":[{"type":"null"}]}"##)
        ])
        let compiled = try Self.compile(##""allOf":[{"$ref":"http://x/new.json"}]"##, registry: registry)
        #expect(try compiled.validate(json: "[1]").hasViolations)
    }
}
