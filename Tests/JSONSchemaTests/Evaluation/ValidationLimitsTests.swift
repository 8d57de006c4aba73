import Foundation
import JSONSchema
import StrictJSON
import Testing

struct ValidationLimitsTests {
    static func nested(_ levels: Int) -> JSONValue { (0..<levels).reduce(1) { value, _ in [value] } }

    @Test(arguments: [(127, true), (128, true), (129, false), (10_000, false)])
    func `an instance is deep up to a limit`(levels: Int, isJudged: Bool) throws {
        let result = try SchemaCompiler().compile(true).validate(Self.nested(levels))
        #expect(result == (isJudged ? .valid : .limitExceeded(.instanceDepth)))
    }

    @Test(arguments: [(99_999, true), (100_000, true), (100_001, false), (1_000_000, false)])
    func `an instance is large up to a limit`(values: Int, isJudged: Bool) throws {
        let result = try SchemaCompiler().compile(true).validate(.array(Array(repeating: 1, count: values - 1)))
        #expect(result == (isJudged ? .valid : .limitExceeded(.instanceValues)))
    }

    @Test
    func `an object of too many members is given up on`() throws {
        var object = JSONObject()
        for index in 0..<100_000 { _ = object.append("m\(index)", 1) }
        let compiled = try SchemaCompiler().compile(json: ##"{"additionalProperties":false}"##)
        #expect(compiled.validate(.object(object)) == .limitExceeded(.instanceValues))
    }

    @Test(arguments: [(9, true), (10, true), (11, false)])
    func `subschemas apply inside one another up to a limit`(levels: Int, isJudged: Bool) throws {
        let compiled = try SchemaCompiler().compile(json: ##"{"items":{"$ref":"#"}}"##)
        // Each level is the schema and its reference; the number at the bottom is asked once.
        let limits = ValidationLimits(evaluationDepth: 2 * 10 + 1)
        let result = compiled.validate(Self.nested(levels), limits: limits)
        #expect(result == (isJudged ? .valid : .limitExceeded(.evaluationDepth)))
    }

    /// Doubles at every level: the schema is small, applying it is not.
    @Test
    func `references that multiply are given up on`() throws {
        let levels = (0..<60).map { level in
            ##""l\##(level)":{"allOf":[{"$ref":"#/$defs/l\##(level + 1)"},{"$ref":"#/$defs/l\##(level + 1)"}]}"##
        }
        let compiled = try SchemaCompiler().compile(
            json: ##"{"$ref":"#/$defs/l0","$defs":{\##(levels.joined(separator: ",")),"l60":{"type":"null"}}}"##)
        #expect(compiled.validate(.null) == .limitExceeded(.work))
        #expect(compiled.validate(1).isGivenUpOrRefused)
    }

    @Test(arguments: [
        ##"{"items":{"uniqueItems":true,"items":{"uniqueItems":true}},"uniqueItems":true}"##,
        ##"{"items":{"anyOf":[{"type":"null"},{"type":"string"},{"enum":[1,2,3]},{"const":{"a":[1]}}]}}"##,
        ##"{"items":{"items":{"pattern":"^(a|a)*$"}}}"##, ##"{"contains":{"contains":{"pattern":"(a+a+)+[xy]"}}}"##,
        ##"{"items":{"items":{"oneOf":[{"pattern":"a*b*[cd]"},{"pattern":"b*a*[cd]"}]}},"unevaluatedItems":false}"##,
    ])
    func `large hostile instances are judged or given up on within the work allowed`(schema: String) throws {
        let compiled = try SchemaCompiler().compile(json: schema)
        let text = JSONValue.string(String(repeating: "a", count: 300))
        let instance = JSONValue.array(Array(repeating: .array(Array(repeating: text, count: 300)), count: 300))
        #expect(compiled.validate(instance) != .valid)
    }

    @Test
    func `a loop that only dynamic references close ends`() throws {
        let compiled = try SchemaCompiler().compile(
            json: ##"""
                {"$id":"http://x/outer","$ref":"inner","$defs":{
                  "again":{"$dynamicAnchor":"a","$ref":"inner"},
                  "inner":{"$id":"inner","$dynamicRef":"#a","$defs":{"here":{"$dynamicAnchor":"a"}}}}}
                """##)
        #expect(compiled.validate(1) == .limitExceeded(.evaluationDepth))
    }

    /// The default limits must fit the smallest stack a thread of ours may have, unoptimised code included.
    @Test
    func `the deepest evaluation fits half a megabyte of stack`() async throws {
        let compiled = try SchemaCompiler().compile(
            json:
                ##"{"anyOf":[{"type":"null"},{"allOf":[{"properties":{"a":{"$ref":"#"}}}]}],"unevaluatedItems":false}"##
        )
        let instance = (0..<128).reduce(JSONValue.null) { value, _ in ["a": value] }
        let result = await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: compiled.validate(instance)) }
            thread.stackSize = 524_288
            thread.start()
        }
        #expect(result == .limitExceeded(.evaluationDepth))
    }

    @Test
    func `the same instance costs the same every time`() throws {
        let compiled = try SchemaCompiler().compile(json: ##"{"items":{"pattern":"^(a+)+$"}}"##)
        let instance: JSONValue = ["aaaaaaaaaaaa!"]
        func isJudged(_ work: Int) -> Bool {
            compiled.validate(instance, limits: ValidationLimits(work: work)).hasViolations
        }
        let enough = try #require((0..<18).map { 1 << $0 }.first(where: isJudged))
        var (low, high) = (enough / 2, enough)
        while low + 1 < high {
            let middle = (low + high) / 2
            if isJudged(middle) { high = middle } else { low = middle }
        }
        for _ in 0..<20 {
            #expect(isJudged(high))
            #expect(!isJudged(low))
        }
    }

    @Test
    func `one compiled schema judges on many threads at once`() async throws {
        let compiled = try SchemaCompiler(options: SchemaOptions(assertsFormats: true)).compile(
            json: ##"{"items":{"anyOf":[{"pattern":"^(?:[a-z]+-)*[a-z]+$"},{"format":"uuid"}]}}"##)
        await withTaskGroup(of: Bool.self) { group in
            for index in 0..<64 {
                group.addTask {
                    let isGood = index.isMultiple(of: 2)
                    let result = compiled.validate(["ab-cd-ef", isGood ? "x" : "X"])
                    return isGood ? result == .valid : result.hasViolations
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }

    @Test(arguments: [
        ("1", "1.0", true), ("1", "1e0", true), ("[1,{\"a\":1.0}]", "[1.0,{\"a\":1}]", true),
        ("\"é\"", "\"e\u{301}\"", false),
    ])
    func `constants are compared by value`(constant: String, instance: String, isEqual: Bool) throws {
        let compiled = try SchemaCompiler().compile(json: ##"{"const":\##(constant)}"##)
        #expect((try compiled.validate(json: instance) == .valid) == isEqual)
        let unique = try SchemaCompiler().compile(json: ##"{"uniqueItems":true}"##)
        #expect((try unique.validate(json: "[\(constant),\(instance)]") == .valid) == !isEqual)
    }
}

extension ValidationResult {
    fileprivate var isGivenUpOrRefused: Bool { self != .valid }
}
