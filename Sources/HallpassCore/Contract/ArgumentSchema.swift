import JSONSchema
package import StrictJSON
import Synchronization

/// A registered JSON Schema that arguments are held against; compiled when it is first needed and kept.
///
/// A tenant has thousands of schemas and calls a few; compiling them all would be most of the time from start to ready.
package final class ArgumentSchema: Sendable {
    private let schema: JSONValue
    private let compiled = Mutex<CompiledSchema?>(nil)

    package init(_ schema: JSONValue) { self.schema = schema }

    /// Holds one object of arguments against the schema.
    ///
    /// - Returns: every violation; none if the arguments are valid.
    /// - Throws: ``HallpassError/internal`` for a schema that does not compile: registration let none of those in.
    func violations(of arguments: JSONObject) throws(HallpassError) -> [ErrorDetail] {
        switch try compiledSchema().validate(.object(arguments), limits: .forArguments) {
        case .valid: return []
        case .violations(let violations):
            return violations.map {
                ErrorDetail(path: $0.path, rule: $0.rule, message: $0.message, allowed: $0.allowed)
            }
        case .limitExceeded(let limit):
            return [ErrorDetail(path: "", rule: limit.rawValue, message: "are too large or too deep to be checked")]
        }
    }

    private func compiledSchema() throws(HallpassError) -> CompiledSchema {
        if let found = compiled.withLock({ $0 }) { return found }
        let made: CompiledSchema
        do throws(SchemaError) {
            made = try SchemaCompiler.forArguments.compile(schema)
        } catch {
            throw .internal
        }
        compiled.withLock { $0 = made }
        return made
    }

    /// What keeps a schema from being registered, and what its author should know of it all the same.
    ///
    /// - Parameter pointer: where the schema stands in its document.
    static func review(_ schema: JSONValue, at pointer: JSONPointer) -> SchemaFindings {
        func place(_ path: String) -> String {
            pointer.description + (path.isEmpty || path.hasPrefix("/") ? path : "")
        }
        let review = SchemaCompiler.forArguments.review(schema)
        return SchemaFindings(
            violations: review.errors.map {
                JSONViolation(path: place($0.pointer), rule: $0.rule, message: $0.message)
            },
            warnings: review.warnings.map {
                JSONViolation(path: place($0.pointer), rule: $0.rule, message: $0.message)
            })
    }
}

/// All that there is to say of the schemas in one document.
struct SchemaFindings {
    var violations: [JSONViolation] = []
    /// What was read as meant, or has no effect.
    var warnings: [JSONViolation] = []

    static func += (left: inout Self, right: Self) {
        left.violations += right.violations
        left.warnings += right.warnings
    }
}

extension ValidationLimits {
    /// A validation runs where requests are served: this much work was measured at some ten milliseconds, the default at fifty.
    fileprivate static let forArguments = ValidationLimits(work: 200_000)
}

extension SchemaCompiler {
    /// Formats are asserted, because a tool's author who writes one means it; nothing is ever fetched.
    fileprivate static let forArguments = SchemaCompiler(options: SchemaOptions(assertsFormats: true))
}
