import JSONSchema
import StrictJSON
import Testing

/// All that is wrong with a schema and all that is odd about it, in one go.
struct SchemaReviewTests {
    private func review(_ json: String) throws -> SchemaReview { SchemaCompiler().review(try JSONValue(json: json)) }

    @Test func `every keyword that cannot be read is reported, in the order of the document`() throws {
        let review = try review(
            ##"""
            {"required":"a","properties":{"a":{"type":"strin","maxLength":-1},"b":5,"c":{"pattern":"("},
             "d":{"$ref":"#/nowhere"},"e":{"divisibleBy":2,"extends":{}}},"minProperties":"1"}
            """##)
        #expect(
            review.errors.map(\.pointer) == [
                "/minProperties", "/required", "/properties/a/type", "/properties/a/maxLength",
                "/properties/c/pattern", "/properties/d/$ref", "/properties/e/divisibleBy", "/properties/e/extends",
                // Not even a schema, and so not among those that were found.
                "/properties/b",
            ])
        let first = try SchemaCompiler().refusal(of: ##"{"properties":{"a":{"type":5},"b":{"type":6}}}"##)
        #expect(first?.pointer == "/properties/a/type")
    }

    @Test func `a schema with errors has its warnings too`() throws {
        let review = try review(##"{"$schema":"http://json-schema.org/draft-07/schema#","maxPropertys":1,"type":5}"##)
        #expect(review.errors.map(\.rule) == ["type"])
        #expect(review.warnings.map(\.rule) == ["maxPropertys"])
    }

    @Test func `warnings stand in the order of the document`() throws {
        let names = (0..<20).map { "\"p\($0)\":{\"maxLenght\":1}" }.joined(separator: ",")
        let review = try review("{\"properties\":{\(names)}}")
        #expect(review.errors.isEmpty)
        #expect(review.warnings.map(\.pointer) == [""] + (0..<20).map { "/properties/p\($0)/maxLenght" })
    }

    @Test func `of a thousand errors a hundred are kept`() throws {
        let wrong = (0..<1_000).map { "\"p\($0)\":{\"type\":5}" }.joined(separator: ",")
        #expect(try review("{\"properties\":{\(wrong)}}").errors.count == 100)
    }

    @Test func `past a limit there is no reading on`() throws {
        let patterns = (0..<600).map { "\"p\($0)\":{\"pattern\":\"a{\($0)}\",\"type\":5}" }.joined(separator: ",")
        let errors = try review("{\"properties\":{\(patterns)}}").errors
        #expect(errors.first?.kind == .limitExceeded)
        #expect(errors.first?.rule == "patterns")
    }

    @Test func `what compiles has no errors`() throws {
        #expect(try review(##"{"type":"object","$defs":{"a":{"$ref":"#"}}}"##).errors.isEmpty)
        #expect(try review(##"{"allOf":[{"$ref":"#"}]}"##).errors.map(\.kind) == [.referenceLoop])
    }
}
