import HTTPTypes
import HallpassCore
import Testing

@testable import HallpassHTTP

struct ErrorStatusTests {
    @Test(arguments: ErrorCode.allCases)
    func `what the broker cannot do right now is 503, and can be retried`(code: ErrorCode) {
        // A call in flight, undecided or one too many can be asked about again, and there is nothing the matter with the broker.
        let isItsCallers = [ErrorCode.idempotencyInFlight, .approvalPending, .rateLimited].contains(code)
        #expect((code.status == .serviceUnavailable) == (code.isRetryable && !isItsCallers))
    }

    @Test(arguments: [
        (ErrorCode.invalidClient, 401), (.actorNotProven, 401), (.forbidden, 403), (.notFound, 404),
        (.methodNotAllowed, 405), (.inUse, 409), (.payloadTooLarge, 413), (.unsupportedMediaType, 415),
        (.rateLimited, 429),
        (.internal, 500),
    ])
    func `a code has the status of the contract`(code: ErrorCode, status: Int) {
        #expect(code.status.code == status)
    }

    @Test func `every answer of an error has its shape, in both dialects`() throws {
        let errors: [HallpassError] = [
            .invalidClient, .overloaded, .internal, .insufficientScope(missing: ScopeSet([try required(Scope("a:b"))])),
            .invalidRequest(path: "/a\"\\é", rule: "r", message: "is wrong"), .inUse(by: ["grant a"]),
        ]
        for error in errors {
            for dialect in [ErrorAnswer.Dialect.plain, .oauth] {
                var answer = ErrorAnswer.make(error, requestID: "AAAAAAAAAAAAAAAAAAAAAA", dialect: dialect)
                answer.headers[.requestID] = "AAAAAAAAAAAAAAAAAAAAAA"
                answer.headers[.contentTypeOptions] = "nosniff"
                let reply = Reply(status: answer.status.code, headers: answer.headers, bytes: answer.body)
                try expectErrorShape(reply, "\(error) \(dialect)")
                guard dialect == .oauth else { continue }
                let description = try reply.text("error_description")
                let isAllowed = description.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
                #expect(isAllowed, "\(description)")
            }
        }
    }
}
