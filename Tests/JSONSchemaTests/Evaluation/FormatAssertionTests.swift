import JSONSchema
import StrictJSON
import Testing

struct FormatAssertionTests {
    static let formats = [
        "date-time", "date", "time", "duration", "email", "uri", "uri-reference", "uuid", "ipv4", "ipv6", "hostname",
    ]

    @Test(arguments: formats)
    func `a format is an annotation unless it is asserted`(format: String) throws {
        let schema = ##"{"format":"\##(format)"}"##
        #expect(try SchemaCompiler().compile(json: schema).validate("not one {") == .valid)
        let asserting = try SchemaCompiler(options: SchemaOptions(assertsFormats: true)).compile(json: schema)
        let violations = try asserting.violations(json: ##""not one {""##)
        #expect(violations.map(\.rule) == ["format"])
        #expect(asserting.validate(5) == .valid)
    }

    @Test
    func `a meta-schema with the format-assertion vocabulary asserts formats`() throws {
        let registry = SchemaRegistry([
            "http://x/meta": try JSONValue(
                json: ##"{"$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/format-assertion":true}}"##)
        ])
        let compiled = try SchemaCompiler(registry: registry).compile(
            json: ##"{"$schema":"http://x/meta","format":"uuid"}"##)
        #expect(compiled.validate("x").hasViolations)
    }

    @Test
    func `a meta-schema that requires an unknown vocabulary is refused`() throws {
        let registry = SchemaRegistry(["http://x/meta": try JSONValue(json: ##"{"$vocabulary":{"http://x/v":true}}"##)])
        let error = try SchemaCompiler(registry: registry).refusal(of: ##"{"$schema":"http://x/meta"}"##)
        #expect(error?.kind == .unknownDialect)
    }

    @Test
    func `contentEncoding is an annotation`() throws {
        let compiled = try SchemaCompiler(options: SchemaOptions(assertsFormats: true)).compile(
            json:
                ##"{"contentEncoding":"base64","contentMediaType":"application/json","contentSchema":{"type":"null"}}"##
        )
        #expect(compiled.validate("%") == .valid)
    }
}
