import SeededGenerator
import StrictJSON

/// Schemas of tools, constraints on them and arguments, drawn so that the three have something to do with each other.
struct RandomSchemas {
    private var generator: SeededGenerator

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    private mutating func below(_ bound: Int) -> Int { Int(generator.next() % UInt64(bound)) }

    private mutating func happens(_ oneIn: Int) -> Bool { below(oneIn) == 0 }

    private mutating func one<Value>(of values: [Value]) -> Value { values[below(values.count)] }

    private static let names = ["a", "b", "c", "d"]

    /// A whole schema as a tool's author would write it, in either dialect.
    mutating func toolSchema() -> JSONValue {
        var schema = objectSchema(depth: 2, isTop: true)
        schema["type"] = happens(4) ? nil : "object"
        if happens(3) { schema["$schema"] = "http://json-schema.org/draft-07/schema#" }
        schema["$defs"] = ["x": leaf(), "y": ["$ref": "#/$defs/x"]]
        if happens(8) { schema["unevaluatedProperties"] = false }
        if happens(8) { schema["$id"] = "https://tools.example/schema" }
        if happens(8) { schema["allOf"] = [.object(objectSchema(depth: 1, isTop: false))] }
        if happens(16) { schema["$ref"] = "#/$defs/top" }
        if happens(16), schema["properties"]?["a"] != nil, var defs = schema["$defs"]?.objectValue {
            defs["z"] = ["$ref": "#/properties/a"]
            schema["$defs"] = .object(defs)
        }
        if schema["$ref"] != nil, var defs = schema["$defs"]?.objectValue {
            defs["top"] = .object(objectSchema(depth: 1, isTop: false))
            schema["$defs"] = .object(defs)
        }
        return .object(schema)
    }

    /// Narrows something, mostly what is there.
    mutating func constraint() -> JSONValue {
        var schema = objectSchema(depth: 2, isTop: false)
        if happens(10) { schema["$schema"] = "http://json-schema.org/draft-07/schema#" }
        if happens(8) {
            schema["$defs"] = ["n": leaf()]
            schema["propertyNames"] = ["minLength": 1]
            if var properties = schema["properties"]?.objectValue {
                properties["d"] = ["$ref": "#/$defs/n"]
                schema["properties"] = .object(properties)
            }
        }
        if happens(12) { schema["unevaluatedProperties"] = ["type": ["integer", "string"]] }
        if happens(12) { schema["not"] = ["required": ["a", "b"]] }
        if happens(12) {
            schema["if"] = ["required": ["a"]]
            schema["then"] = ["required": ["b"]]
        }
        return .object(schema)
    }

    private mutating func objectSchema(depth: Int, isTop: Bool) -> JSONObject {
        var properties = JSONObject()
        for name in Self.names where happens(isTop ? 1 : 3) {
            properties[name] = depth > 1 && happens(5) ? .object(objectSchema(depth: depth - 1, isTop: false)) : leaf()
        }
        var schema = JSONObject()
        if !properties.isEmpty { schema["properties"] = .object(properties) }
        if happens(6) { schema["required"] = .array([.string(one(of: Self.names))]) }
        if happens(4) { schema["additionalProperties"] = one(of: [false, ["type": "integer"], true]) }
        if happens(6) { schema["patternProperties"] = ["^[ad]$": leaf()] }
        if happens(8) { schema["maxProperties"] = .integer(Int64(1 + below(3))) }
        if happens(10) { schema["type"] = "object" }
        return schema
    }

    private mutating func leaf() -> JSONValue {
        var schema = JSONObject()
        switch below(9) {
        case 0: return true
        case 1: return ["$ref": "#/$defs/x"]
        case 2:
            schema["enum"] = one(of: [[1, 2, "p"], ["p", "q", .null], [2, 3, true]])
        case 3:
            schema["type"] = one(of: ["string", ["string", "null"], ["string", "integer"]])
            schema["minLength"] = happens(2) ? .integer(Int64(below(3))) : nil
            schema["maxLength"] = happens(2) ? .integer(Int64(below(4))) : nil
            schema["pattern"] = happens(4) ? "^p" : nil
        case 4:
            schema["type"] = "array"
            schema["items"] = leafWithoutReference()
            schema["maxItems"] = happens(2) ? .integer(Int64(below(3))) : nil
            schema["uniqueItems"] = happens(3) ? true : nil
        case 5: schema = range().merging("nullable", true).merging("type", "integer")
        case 6: schema = range().merging("exclusiveMaximum", true)
        default:
            schema = range()
            schema["type"] = one(of: ["integer", "number", ["number", "string"]])
        }
        // What some write for a member that its object requires.
        if happens(20) { schema["required"] = true }
        return .object(schema)
    }

    private mutating func leafWithoutReference() -> JSONValue {
        one(of: [["type": "integer"], .object(range()), ["enum": [1, "p"]], true])
    }

    private mutating func range() -> JSONObject {
        var schema = JSONObject()
        if happens(2) { schema["minimum"] = .integer(Int64(below(4)) - 1) }
        if happens(2) { schema["maximum"] = .integer(Int64(below(4))) }
        if happens(6) { schema["exclusiveMinimum"] = .integer(Int64(below(3)) - 1) }
        if happens(6) { schema["multipleOf"] = .integer(Int64(1 + below(2))) }
        return schema
    }

    /// An object of the names that the schemas know, and now and then another.
    mutating func arguments() -> JSONObject {
        var object = JSONObject()
        for name in Self.names + ["e"] where happens(3) { object[name] = value(depth: 2) }
        return object
    }

    private mutating func value(depth: Int) -> JSONValue {
        switch below(depth > 0 ? 10 : 7) {
        case 0: .null
        case 1: true
        case 2: .number(0.5)
        case 3, 4: .integer(Int64(below(5)) - 1)
        case 5: .string(one(of: ["p", "q", "pq", ""]))
        case 6: .string("ppp")
        case 7: .array((0..<below(3)).map { _ in .integer(Int64(below(2))) })
        default: .object(arguments())
        }
    }
}

extension JSONObject {
    fileprivate func merging(_ name: String, _ value: JSONValue) -> JSONObject {
        var object = self
        object[name] = value
        return object
    }
}

extension JSONValue {
    fileprivate subscript(name: String) -> JSONValue? { objectValue?[name] }
}
