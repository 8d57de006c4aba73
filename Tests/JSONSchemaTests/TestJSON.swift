import JSONSchema
import StrictJSON

extension JSONValue {
    /// Reads a fixture written in the test.
    init(json: String) throws {
        self = try JSONParser.parse(Array(json.utf8), limits: JSONLimits(depth: 512))
    }
}

extension SchemaCompiler {
    func compile(json: String) throws -> CompiledSchema { try compile(JSONValue(json: json)) }

    /// What is wrong with a schema that must not compile.
    func refusal(of json: String) throws -> SchemaError? {
        let schema = try JSONValue(json: json)
        do throws(SchemaError) {
            _ = try compile(schema)
            return nil
        } catch {
            return error
        }
    }
}

extension CompiledSchema {
    func validate(json: String) throws -> ValidationResult { validate(try JSONValue(json: json)) }

    /// Empty when the instance is valid or was given up on.
    func violations(json: String) throws -> [SchemaViolation] {
        guard case .violations(let violations) = try validate(json: json) else { return [] }
        return violations
    }
}
