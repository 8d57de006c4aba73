import JSONSchema
import StrictJSON
import Testing

/// What servers in the wild publish: read as meant with a warning, or refused; see ``SchemaErrorTests`` for the latter.
struct DirtySchemaTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let schema: String
        let rule: String
        let kind: SchemaWarning.Kind
        let accepts: [String]
        let refuses: [String]
        var testDescription: String { schema }
    }

    static let readAsMeant: [Sample] = [
        Sample(
            schema: ##"{"minimum":5,"exclusiveMinimum":true}"##, rule: "exclusiveMinimum", kind: .readAsMeant,
            accepts: ["6", "\"x\""], refuses: ["5", "4"]),
        Sample(
            schema: ##"{"maximum":5,"exclusiveMaximum":true}"##, rule: "exclusiveMaximum", kind: .readAsMeant,
            accepts: ["4"], refuses: ["5"]),
        Sample(
            schema: ##"{"minimum":5,"exclusiveMinimum":false}"##, rule: "exclusiveMinimum", kind: .readAsMeant,
            accepts: ["5"], refuses: ["4"]),
        Sample(
            schema: ##"{"exclusiveMaximum":false}"##, rule: "exclusiveMaximum", kind: .readAsMeant, accepts: ["5"],
            refuses: []),
        Sample(
            schema: ##"{"type":"string","nullable":true}"##, rule: "nullable", kind: .readAsMeant,
            accepts: ["null", "\"x\""], refuses: ["5"]),
        Sample(
            schema: ##"{"type":"any","minimum":1}"##, rule: "type", kind: .readAsMeant, accepts: ["1", "null", "{}"],
            refuses: ["0"]),
        Sample(
            schema: ##"{"properties":{"a":{"required":true},"b":{"required":false}}}"##, rule: "required",
            kind: .readAsMeant, accepts: [##"{"a":1}"##, "5"], refuses: ["{}", ##"{"b":1}"##]),
        Sample(
            schema: ##"{"required":null,"type":"object"}"##, rule: "required", kind: .readAsMeant, accepts: ["{}"],
            refuses: ["5"]),
        Sample(
            schema: ##"{"properties":[],"type":"object"}"##, rule: "properties", kind: .readAsMeant, accepts: ["{}"],
            refuses: ["5"]),
        Sample(
            schema: ##"{"properties":null,"additionalProperties":false}"##, rule: "properties", kind: .readAsMeant,
            accepts: ["{}"], refuses: [##"{"a":1}"##]),
        Sample(
            schema: ##"{"items":[{"type":"string"}],"additionalItems":{"type":"null"}}"##, rule: "items",
            kind: .readAsMeant, accepts: [##"["a",null]"##, "[]"], refuses: [##"["a",1]"##, "[1]"]),
        Sample(
            schema: ##"{"items":[{}],"additionalItems":false}"##, rule: "items", kind: .readAsMeant, accepts: ["[1]"],
            refuses: ["[1,2]"]),
        Sample(
            schema: ##"{"dependencies":{"a":["b"],"c":{"required":["d"]}}}"##, rule: "dependencies", kind: .readAsMeant,
            accepts: [##"{"a":1,"b":1}"##, ##"{"c":1,"d":1}"##, "{}"], refuses: [##"{"a":1}"##, ##"{"c":1}"##]),
        Sample(
            schema: ##"{"pattern":"^\\_a{$"}"##, rule: "pattern", kind: .readAsMeant, accepts: [##""_a{""##],
            refuses: [##""a""##]),
        Sample(
            schema: ##"{"$ref":"#/definitions/a","definitions":{"a":{"type":"string"}}}"##, rule: "$schema",
            kind: .readAsMeant, accepts: [##""a""##], refuses: ["5"]),
    ]

    @Test(arguments: readAsMeant)
    func `another dialect's spelling is read as meant, with a warning`(sample: Sample) throws {
        let compiled = try SchemaCompiler().compile(json: sample.schema)
        #expect(compiled.warnings.contains { $0.rule == sample.rule && $0.kind == sample.kind })
        for instance in sample.accepts { #expect(try compiled.validate(json: instance) == .valid, "\(instance)") }
        for instance in sample.refuses { #expect(try compiled.validate(json: instance).hasViolations, "\(instance)") }
    }

    @Test(arguments: [
        (##"{"maxlength":5}"##, "maxlength", "\"maxLength\""), (##"{"requried":["a"]}"##, "requried", "\"required\""),
        (##"{"additionalproperties":false}"##, "additionalproperties", "\"additionalProperties\""),
        (##"{"foo":1}"##, "foo", "not known"), (##"{"id":"a"}"##, "id", "not known"),
        (##"{"then":{}}"##, "then", "without \"if\""), (##"{"minContains":1}"##, "minContains", "without \"contains\""),
        (##"{"additionalItems":false,"items":{}}"##, "additionalItems", "array of items"),
        (##"{"nullable":true}"##, "nullable", "there is none"),
        (##"{"$schema":"http://json-schema.org/draft-07/schema#","prefixItems":[{}]}"##, "prefixItems", "newer"),
        (
            ##"{"$schema":"http://json-schema.org/draft-07/schema#","$ref":"#/definitions/a","minimum":1,"definitions":{"a":{}}}"##,
            "minimum", "beside $ref"
        ),
    ])
    func `what constrains nothing says so`(schema: String, rule: String, words: String) throws {
        let warnings = try SchemaCompiler().compile(json: schema).warnings.filter { $0.kind == .noEffect }
        #expect(warnings.map(\.rule) == [rule])
        #expect(warnings.first?.message.contains(words) == true)
    }

    @Test
    func `a format that is not asserted says so only where formats are`() throws {
        let schema = ##"{"format":"int32"}"##
        #expect(try SchemaCompiler().compile(json: schema).warnings.allSatisfy { $0.rule != "format" })
        let asserting = SchemaCompiler(options: SchemaOptions(assertsFormats: true))
        #expect(try asserting.compile(json: schema).warnings.contains { $0.rule == "format" && $0.kind == .noEffect })
    }

    @Test(arguments: [
        (##"{"minimum":2,"maximum":1}"##, "minimum"), (##"{"minLength":2,"maxLength":1}"##, "minLength"),
        (##"{"minItems":2,"maxItems":1}"##, "minItems"), (##"{"minProperties":2,"maxProperties":1}"##, "minProperties"),
        (##"{"contains":{},"minContains":2,"maxContains":1}"##, "minContains"), (##"{"enum":[]}"##, "enum"),
        (##"{"type":"string","enum":[1,2]}"##, "enum"), (##"{"type":"integer","const":"a"}"##, "const"),
        (##"{"required":["a"],"additionalProperties":false}"##, "required"),
        (##"{"required":["a"],"properties":{"a":false}}"##, "required"),
        (##"{"required":["a","b"],"maxProperties":1}"##, "required"),
        (##"{"type":"string","enum":["a"],"nullable":true}"##, "nullable"),
    ])
    func `a contradiction says so, and is a schema all the same`(schema: String, rule: String) throws {
        let warnings = try SchemaCompiler().compile(json: schema).warnings.filter { $0.kind == .contradiction }
        #expect(warnings.map(\.rule) == [rule])
    }

    @Test
    func `a clean schema has no warnings`() throws {
        let compiled = try SchemaCompiler(options: SchemaOptions(assertsFormats: true)).compile(
            json: """
                {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"t","description":"d","type":"object",
                 "properties":{"a":{"type":"string","format":"date","default":"x","examples":["y"],"x-order":1},
                 "id":{"type":"integer","minimum":1,"maximum":1},"b":{"contentEncoding":"base64","readOnly":true}},
                 "required":["a"],"additionalProperties":false,"$defs":{"c":{"deprecated":true}},"$comment":"c"}
                """)
        #expect(compiled.warnings.isEmpty)
    }

    @Test
    func `a schema without a dialect is read as 2020-12, and says so`() throws {
        let warnings = try SchemaCompiler().compile(json: ##"{"type":"string"}"##).warnings
        #expect(warnings.map(\.rule) == ["$schema"])
        #expect(try SchemaCompiler().compile(true).warnings.isEmpty)
    }
}
