import JSONSchema
import StrictJSON
import Testing

/// The vectors are not part of the project; where they are missing, these tests are skipped and say so.
@Suite(.enabled(if: SchemaTestSuite.folder != nil, "skipped: no json-schema vectors on this machine"))
struct SchemaTestSuiteTests {
    /// No exceptions. The count is pinned from below, so that a folder that cannot be read is not a success.
    @Test
    func `every required test of 2020-12 passes`() throws {
        let compiler = SchemaCompiler(registry: SchemaRegistry(try SchemaTestSuite.remotes()))
        var passed = 0
        for file in SchemaTestSuite.files {
            for group in try SchemaTestSuite.groups(in: file) {
                let compiled: CompiledSchema
                do {
                    compiled = try compiler.compile(group.schema)
                } catch {
                    Issue.record("\(file): \(group.description): \(error)")
                    continue
                }
                for test in group.tests {
                    let result = compiled.validate(test.data)
                    let isRight = test.isValid ? result == .valid : result.hasViolations
                    #expect(isRight, "\(file): \(group.description): \(test.description): \(result)")
                    if isRight { passed += 1 }
                }
            }
        }
        print("JSON Schema test suite, draft 2020-12: \(passed) required tests passed")
        #expect(passed >= 1299)
    }
}

extension ValidationResult {
    var hasViolations: Bool {
        guard case .violations(let violations) = self else { return false }
        return !violations.isEmpty
    }
}
