import JSONSchema
import StrictJSON
import Testing

struct SchemaErrorTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let schema: String
        let kind: SchemaError.Kind
        let pointer: String
        let rule: String
        var testDescription: String { schema }

        init(_ schema: String, _ kind: SchemaError.Kind, _ pointer: String, _ rule: String) {
            self.schema = schema
            self.kind = kind
            self.pointer = pointer
            self.rule = rule
        }
    }

    @Test(arguments: [
        Sample("5", .malformed, "", "schema"), Sample("[]", .malformed, "", "schema"),
        Sample(##"{"properties":{"a":5}}"##, .malformed, "/properties/a", "schema"),
        Sample(##"{"$defs":{"a/b":"x"}}"##, .malformed, "/$defs/a~1b", "schema"),
        Sample(##"{"type":5}"##, .malformed, "/type", "type"), Sample(##"{"type":[]}"##, .malformed, "/type", "type"),
        Sample(##"{"type":"strin"}"##, .malformed, "/type", "type"),
        Sample(##"{"type":[1]}"##, .malformed, "/type", "type"),
        Sample(##"{"enum":"a"}"##, .malformed, "/enum", "enum"),
        Sample(##"{"minimum":"3"}"##, .malformed, "/minimum", "minimum"),
        Sample(##"{"exclusiveMinimum":true}"##, .malformed, "/exclusiveMinimum", "exclusiveMinimum"),
        Sample(##"{"multipleOf":0}"##, .malformed, "/multipleOf", "multipleOf"),
        Sample(##"{"maxLength":-1}"##, .malformed, "/maxLength", "maxLength"),
        Sample(##"{"minLength":1.5}"##, .malformed, "/minLength", "minLength"),
        Sample(##"{"minItems":"1"}"##, .malformed, "/minItems", "minItems"),
        Sample(##"{"uniqueItems":"true"}"##, .malformed, "/uniqueItems", "uniqueItems"),
        Sample(##"{"required":"a"}"##, .malformed, "/required", "required"),
        Sample(##"{"required":[1]}"##, .malformed, "/required", "required"),
        Sample(##"{"required":true}"##, .malformed, "/required", "required"),
        Sample(##"{"properties":["a"]}"##, .malformed, "/properties", "properties"),
        Sample(##"{"additionalProperties":"false"}"##, .malformed, "/additionalProperties", "schema"),
        Sample(##"{"dependentRequired":{"a":"b"}}"##, .malformed, "/dependentRequired", "dependentRequired"),
        Sample(##"{"items":"string"}"##, .malformed, "/items", "schema"),
        Sample(##"{"items":[{}],"prefixItems":[{}]}"##, .malformed, "/items", "items"),
        Sample(##"{"prefixItems":{}}"##, .malformed, "/prefixItems", "prefixItems"),
        Sample(##"{"allOf":[]}"##, .malformed, "/allOf", "allOf"),
        Sample(##"{"anyOf":{}}"##, .malformed, "/anyOf", "anyOf"),
        Sample(##"{"oneOf":[1]}"##, .malformed, "/oneOf/0", "schema"),
        Sample(##"{"not":1}"##, .malformed, "/not", "schema"),
        Sample(##"{"nullable":"yes"}"##, .malformed, "/nullable", "nullable"),
        Sample(##"{"pattern":5}"##, .malformed, "/pattern", "pattern"),
        Sample(##"{"format":5}"##, .malformed, "/format", "format"),
        Sample(##"{"$ref":5}"##, .malformed, "/$ref", "$ref"),
        Sample(##"{"$id":"a#b"}"##, .malformed, "/$id", "$id"), Sample(##"{"$id":1}"##, .malformed, "/$id", "$id"),
        Sample(##"{"$anchor":"1a"}"##, .malformed, "/$anchor", "$anchor"),
        Sample(
            ##"{"$defs":{"a":{"$anchor":"x"},"b":{"$anchor":"x"}}}"##, .malformed, "/$defs/b/$anchor", "$anchor"),
        Sample(##"{"$defs":{"a":{"$id":"x"},"b":{"$id":"x"}}}"##, .malformed, "/$defs/b/$id", "$id"),
        Sample(##"{"divisibleBy":2}"##, .unsupported, "/divisibleBy", "divisibleBy"),
        Sample(##"{"extends":{}}"##, .unsupported, "/extends", "extends"),
        Sample(##"{"disallow":"string"}"##, .unsupported, "/disallow", "disallow"),
        Sample(##"{"$recursiveRef":"#"}"##, .unsupported, "/$recursiveRef", "$recursiveRef"),
        Sample(##"{"$schema":"http://json-schema.org/draft-04/schema#"}"##, .unknownDialect, "/$schema", "$schema"),
        Sample(##"{"$schema":"https://example.com/meta"}"##, .unknownDialect, "/$schema", "$schema"),
        Sample(
            ##"{"$schema":"https://json-schema.org/draft/2020-12/schema#x"}"##, .unknownDialect, "/$schema", "$schema"),
        Sample(##"{"$schema":1}"##, .malformed, "/$schema", "$schema"),
        Sample(##"{"$ref":"#/$defs/a"}"##, .unresolvableReference, "/$ref", "$ref"),
        Sample(##"{"$ref":"#a"}"##, .unresolvableReference, "/$ref", "$ref"),
        Sample(##"{"$ref":"#/%ZZ"}"##, .unresolvableReference, "/$ref", "$ref"),
        Sample(##"{"$ref":"#/~2"}"##, .unresolvableReference, "/$ref", "$ref"),
        Sample(##"{"allOf":[{"$ref":"other.json"}]}"##, .unresolvableReference, "/allOf/0/$ref", "$ref"),
        Sample(##"{"$ref":"file:///etc/passwd"}"##, .unresolvableReference, "/$ref", "$ref"),
        Sample(##"{"$ref":"https://example.com/schema.json"}"##, .unresolvableReference, "/$ref", "$ref"),
        Sample(##"{"$ref":"//169.254.169.254/latest"}"##, .unresolvableReference, "/$ref", "$ref"),
        Sample(##"{"$dynamicRef":"#nothing"}"##, .unresolvableReference, "/$dynamicRef", "$dynamicRef"),
        Sample(##"{"$ref":"#/$defs/a","$defs":{"a":5}}"##, .malformed, "/$defs/a", "schema"),
        Sample(##"{"pattern":"(?i)a"}"##, .invalidPattern, "/pattern", "pattern"),
        Sample(##"{"patternProperties":{"(":{}}}"##, .invalidPattern, "/patternProperties", "patternProperties"),
    ])
    func `what is not a schema is refused with the place and the rule`(sample: Sample) throws {
        let error = try #require(try SchemaCompiler().refusal(of: sample.schema))
        #expect(error.kind == sample.kind)
        #expect(error.pointer == sample.pointer)
        #expect(error.rule == sample.rule)
        #expect(!error.message.isEmpty)
    }

    @Test(arguments: [
        ("int", "integer"), ("str", "string"), ("STRING", "string"), ("bool", "boolean"), ("aray", "array"),
    ])
    func `another language's name for a type gets a hint`(name: String, hint: String) throws {
        let error = try #require(try SchemaCompiler().refusal(of: ##"{"type":"\##(name)"}"##))
        #expect(error.message.contains("\"\(hint)\""))
    }

    @Test(arguments: [
        ##"{"$ref":"#"}"##, ##"{"$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}"##,
        ##"{"allOf":[{"$ref":"#"}]}"##, ##"{"anyOf":[{"type":"string"},{"$ref":"#"}]}"##, ##"{"not":{"$ref":"#"}}"##,
        ##"{"if":{"$ref":"#"}}"##, ##"{"if":true,"else":{"$ref":"#"}}"##, ##"{"dependentSchemas":{"a":{"$ref":"#"}}}"##,
        ##"{"$dynamicAnchor":"a","oneOf":[{"$dynamicRef":"#a"}]}"##,
    ])
    func `references that lead back without descending are refused`(schema: String) throws {
        #expect(try SchemaCompiler().refusal(of: schema)?.kind == .referenceLoop)
    }

    @Test(arguments: [
        ##"{"properties":{"a":{"$ref":"#"}}}"##, ##"{"items":{"anyOf":[{"$ref":"#"},{"type":"null"}]}}"##,
        ##"{"additionalProperties":{"$ref":"#"}}"##, ##"{"contains":{"$ref":"#"}}"##,
        ##"{"unevaluatedItems":{"$ref":"#"}}"##,
    ])
    func `references that descend are not loops`(schema: String) throws {
        #expect(try SchemaCompiler().refusal(of: schema) == nil)
    }

    @Test
    func `what nothing refers to must be a schema too`() throws {
        let error = try #require(try SchemaCompiler().refusal(of: ##"{"$defs":{"a":{"items":{"pattern":"("}}}}"##))
        #expect(error.pointer == "/$defs/a/items/pattern")
    }
}
