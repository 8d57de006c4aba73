import JSONSchema
import StrictJSON
import Testing

struct SchemaViolationTests {
    struct Sample: Sendable, CustomTestStringConvertible {
        let schema: String
        let instance: String
        let path: String
        let schemaPath: String
        let message: String
        var testDescription: String { "\(schema) \(instance)" }

        init(_ schema: String, _ instance: String, _ path: String, _ schemaPath: String, _ message: String) {
            self.schema = schema
            self.instance = instance
            self.path = path
            self.schemaPath = schemaPath
            self.message = message
        }
    }

    @Test(arguments: [
        Sample(##"{"type":"string"}"##, "5", "", "/type", "must be a string, not an integer"),
        Sample(##"{"type":["string","null"]}"##, "[]", "", "/type", "must be a string or null, not an array"),
        Sample(##"{"type":"integer"}"##, "1.5", "", "/type", "must be an integer, not a number"),
        Sample(
            ##"{"enum":["internal","shared",3,null,true]}"##, "1", "", "/enum",
            ##"must be one of "internal", "shared", 3, null or true"##),
        Sample(##"{"const":"a"}"##, "1", "", "/const", ##"must be "a""##),
        Sample(##"{"minimum":1.5}"##, "1", "", "/minimum", "must be at least 1.5"),
        Sample(##"{"exclusiveMinimum":1}"##, "1", "", "/exclusiveMinimum", "must be more than 1"),
        Sample(##"{"maximum":50000}"##, "50001", "", "/maximum", "must be at most 50000"),
        Sample(##"{"exclusiveMaximum":1}"##, "1", "", "/exclusiveMaximum", "must be less than 1"),
        Sample(##"{"multipleOf":0.01}"##, "0.001", "", "/multipleOf", "must be a multiple of 0.01"),
        Sample(##"{"maxLength":1}"##, ##""éé""##, "", "/maxLength", "must be at most 1 character, and has 2"),
        Sample(##"{"minLength":1}"##, ##""""##, "", "/minLength", "must not be empty"),
        Sample(##"{"minLength":2}"##, ##""a""##, "", "/minLength", "must be at least 2 characters, and has 1"),
        Sample(##"{"pattern":"^a"}"##, ##""b""##, "", "/pattern", "must match the pattern ^a"),
        Sample(##"{"minItems":1}"##, "[]", "", "/minItems", "must have at least 1 element, and has 0"),
        Sample(##"{"maxItems":1}"##, "[1,2]", "", "/maxItems", "must have at most 1 element, and has 2"),
        Sample(
            ##"{"uniqueItems":true}"##, "[1,2,1.0]", "", "/uniqueItems",
            "must not repeat an element: 0 and 2 are equal"),
        Sample(##"{"minProperties":1}"##, "{}", "", "/minProperties", "must have at least 1 member, and has 0"),
        Sample(
            ##"{"maxProperties":0}"##, ##"{"a":1}"##, "", "/maxProperties", "must have at most 0 members, and has 1"),
        Sample(##"{"required":["a"]}"##, "{}", "", "/required", ##"must have the member "a""##),
        Sample(
            ##"{"required":["contact_id"],"properties":{"body":true}}"##, ##"{"contactId":1,"body":1}"##, "",
            "/required", ##"must have the member "contact_id" ("contactId" resembles it)"##),
        Sample(
            ##"{"dependentRequired":{"a":["b"]}}"##, ##"{"a":1}"##, "", "/dependentRequired",
            ##"must have the member "b" beside "a""##),
        Sample(
            ##"{"properties":{"body":true},"additionalProperties":false}"##, ##"{"Body":1}"##, "/Body",
            "/additionalProperties", ##"is not a known member; did you mean "body"?"##),
        Sample(
            ##"{"properties":{"a":true,"b":true},"additionalProperties":false}"##, ##"{"zzz":1}"##, "/zzz",
            "/additionalProperties", ##"is not a known member; known are "a", "b""##),
        Sample(
            ##"{"additionalProperties":false}"##, ##"{"a":1}"##, "/a", "/additionalProperties",
            "must not be here: no such member is allowed"),
        Sample(
            ##"{"properties":{"body":true},"unevaluatedProperties":false}"##, ##"{"bodi":1}"##, "/bodi",
            "/unevaluatedProperties", ##"is not a known member; did you mean "body"?"##),
        Sample(
            ##"{"properties":{"a":false}}"##, ##"{"a":1}"##, "/a", "/properties/a",
            "must not be here: no value is allowed"),
        Sample(
            ##"{"propertyNames":{"enum":["red","blue"]}}"##, ##"{"rad":1}"##, "/rad", "/propertyNames",
            ##"has a name that must be one of "red" or "blue"; did you mean "red"?"##),
        Sample(
            ##"{"prefixItems":[true],"items":false}"##, "[1,2]", "", "/items", "must have at most 1 element, and has 2"),
        Sample(
            ##"{"prefixItems":[true],"unevaluatedItems":false}"##, "[1,2,3]", "", "/unevaluatedItems",
            "must not have elements beyond those described: 2 too many, the first at index 1"),
        Sample(
            ##"{"contains":{"const":1}}"##, "[2]", "", "/contains",
            ##"must contain at least 1 element fitting the schema under "contains", and has 0"##),
        Sample(
            ##"{"contains":{"const":1},"maxContains":1}"##, "[1,1]", "", "/maxContains",
            ##"must contain at most 1 element fitting the schema under "contains", and has 2"##),
        Sample(##"{"not":{"type":"null"}}"##, "null", "", "/not", ##"must not fit the schema under "not""##),
        Sample(
            ##"{"oneOf":[{"minimum":1},{"type":"string"},{"minimum":2}]}"##, "3", "", "/oneOf",
            "must fit exactly one of 3 forms, and fits form 1, form 3"),
        Sample(##"{"anyOf":[{"type":"string"},{"type":"null"}]}"##, "5", "", "/anyOf", "must be a string or null"),
        Sample(
            ##"{"anyOf":[{"const":"a"},{"const":"b"}]}"##, ##""c""##, "", "/anyOf", ##"must be one of "a" or "b""##),
        Sample(
            ##"{"anyOf":[{"type":"string","maxLength":1},{"type":"null"}]}"##, ##""ab""##, "",
            "/anyOf/0/maxLength", "must be at most 1 character, and has 2"),
        Sample(
            ##"{"if":{"minimum":5},"then":{"maximum":9}}"##, "10", "", "/then/maximum", "must be at most 9"),
        Sample(
            ##"{"items":{"$ref":"#/$defs/a~1b"},"$defs":{"a/b":{"type":"null"}}}"##, "[null,1]", "/1",
            "/$defs/a~1b/type", "must be null, not an integer"),
        Sample(
            ##"{"properties":{"a/b":{"type":"null"}}}"##, ##"{"a/b":1}"##, "/a~1b", "/properties/a~1b/type",
            "must be null, not an integer"),
        Sample(
            ##"{"oneOf":[{"minLength":3},{"pattern":"^x"}]}"##, ##""a""##, "", "/oneOf",
            "must fit one of 2 forms: form 1: must be at least 3 characters, and has 1; form 2: must match the pattern ^x"
        ),
    ])
    func `a violation has a place, a rule and a sentence`(sample: Sample) throws {
        let violations = try SchemaCompiler().compile(json: sample.schema).violations(json: sample.instance)
        let violation = try #require(violations.first)
        #expect(violations.count == 1)
        #expect(violation.path == sample.path)
        #expect(violation.schemaPath == sample.schemaPath)
        #expect(violation.message == sample.message)
    }

    static let shapes = ##"""
        {"oneOf":[
          {"type":"object","properties":{"kind":{"const":"circle"},"radius":{"type":"number"}},
           "required":["kind","radius"],"additionalProperties":false},
          {"type":"object","properties":{"kind":{"const":"square"},"side":{"type":"number"},"unit":{"enum":["cm"]}},
           "required":["kind","side"],"additionalProperties":false}]}
        """##

    @Test
    func `with alternatives told apart by a tag, the one that was meant speaks`() throws {
        let compiled = try SchemaCompiler().compile(json: Self.shapes)
        let violations = try compiled.violations(json: ##"{"kind":"square","side":"1","unit":"in"}"##)
        #expect(violations.map(\.path) == ["/side", "/unit"])
        #expect(violations.map(\.rule) == ["type", "enum"])
    }

    @Test
    func `with an unknown tag, the tags are listed`() throws {
        let compiled = try SchemaCompiler().compile(json: Self.shapes)
        let violations = try compiled.violations(json: ##"{"kind":"hexagon","side":1}"##)
        #expect(violations.map(\.path) == ["/kind"])
        #expect(violations.first?.allowed == ["circle", "square"])
    }

    @Test
    func `everything that is wrong is reported, once each`() throws {
        let compiled = try SchemaCompiler(options: SchemaOptions(assertsFormats: true)).compile(
            json: ##"""
                {"type":"object","required":["contact_id","body"],"additionalProperties":false,
                 "properties":{"contact_id":{"type":"string"},"body":{"type":"string","maxLength":3},
                 "visibility":{"enum":["internal","shared"]},"when":{"format":"date-time"},"n":{"$ref":"#/$defs/n"}},
                 "allOf":[{"properties":{"n":{"$ref":"#/$defs/n"}}}],"$defs":{"n":{"type":"integer","minimum":1}}}
                """##)
        let violations = try compiled.violations(
            json: ##"{"body":"long","visibility":"public","when":"now","n":0.5,"contactid":"x"}"##)
        #expect(
            violations.map { "\($0.path) \($0.rule)" } == [
                " required", "/body maxLength", "/visibility enum", "/when format", "/n type", "/n minimum",
                "/contactid additionalProperties",
            ])
        #expect(violations[2].allowed == ["internal", "shared"])
    }

    @Test
    func `values of the instance are never quoted`() throws {
        let compiled = try SchemaCompiler(options: SchemaOptions(assertsFormats: true)).compile(
            json: ##"""
                {"properties":{"a":{"type":"integer","const":1,"enum":[1],"maxLength":1,"pattern":"^x","format":"uuid",
                 "not":{"type":"string"},"anyOf":[{"const":2},{"pattern":"^y"}],"oneOf":[{"minLength":99},{"type":"null"}]}}}
                """##)
        let result = try compiled.validate(json: ##"{"a":"hunter2"}"##)
        #expect(result.hasViolations)
        #expect(!"\(result)".contains("hunter2"))
    }

    /// A member that `properties` found wrong is wrong, but it is not unknown as well.
    @Test
    func `a known member with a wrong value is not called unevaluated`() throws {
        let compiled = try SchemaCompiler().compile(
            json: ##"{"anyOf":[{"properties":{"a":{"type":"null"}},"required":["a"]}],"unevaluatedProperties":false}"##)
        #expect(try compiled.violations(json: ##"{"a":1}"##).map(\.path) == ["/a"])
        #expect(try compiled.violations(json: ##"{"a":1,"b":1}"##).map(\.path) == ["/a", "/b"])
    }

    @Test
    func `a place in another document starts with its address`() throws {
        let registry = SchemaRegistry(["http://x/s.json": try JSONValue(json: ##"{"$defs":{"a":{"type":"null"}}}"##)])
        let compiled = try SchemaCompiler(registry: registry).compile(json: ##"{"$ref":"http://x/s.json#/$defs/a"}"##)
        #expect(try compiled.violations(json: "1").map(\.schemaPath) == ["http://x/s.json#/$defs/a/type"])
    }

    @Test(arguments: [(63, 63), (64, 64), (65, 64), (1_000, 64)])
    func `violations are reported up to a number`(wrong: Int, reported: Int) throws {
        let compiled = try SchemaCompiler().compile(json: ##"{"items":{"type":"null"}}"##)
        let result = compiled.validate(.array(Array(repeating: 1, count: wrong)))
        guard case .violations(let violations) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(violations.count == reported)
    }

    @Test
    func `long names and long lists are not repeated in full`() throws {
        let compiled = try SchemaCompiler().compile(json: ##"{"additionalProperties":{"additionalProperties":false}}"##)
        let name = String(repeating: "n", count: 100_000)
        guard case .violations(let violations) = compiled.validate(["a": [name: 1]]) else {
            Issue.record("not refused")
            return
        }
        #expect(violations.map(\.path) == ["/a"])
        #expect("\(violations)".utf8.count < 1_000)

        let many = try SchemaCompiler().compile(["enum": .array((0..<1_000).map { .integer($0) })])
        guard case .violations(let refused) = many.validate("x") else {
            Issue.record("not refused")
            return
        }
        #expect(refused.first?.allowed == nil)
        #expect(refused.first?.message.hasSuffix("19 or 980 more") == true)
    }
}
