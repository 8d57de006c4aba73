import HTTPTypes
import HallpassCore
import StrictJSON
import Testing

@testable import HallpassHTTP

/// The checks of a verification, each by itself and each before the next, against a whole broker.
struct ChecksInOrderTests {
    @Test func `what is right in every way is let through`() async throws {
        try await TestServer.run { server in
            let reply = try await VerifyAttempt().ask(server)
            #expect(try reply.text("decision") == "execute", "\(reply.text)")
        }
    }

    @Test(arguments: VerifyFault.allCases)
    func `what is wrong in one way is refused by the check for it, with its code, and on record as that`(
        fault: VerifyFault
    ) async throws {
        try await TestServer.run(queueCapacity: 1) { server in
            let reply = try await VerifyAttempt([fault]).ask(server)
            try await expect(fault, reply, server)
        }
    }

    /// The later check of a pair speaks where it is alone, as the test above has it; so here the earlier one was asked first.
    @Test(arguments: zip(VerifyFault.checks, VerifyFault.checks.dropFirst()))
    func `of two checks that would refuse the earlier one speaks`(earlier: Check, later: Check) async throws {
        let first = try required(VerifyFault.of(earlier).first)
        let second = try required(VerifyFault.of(later).last)
        try await TestServer.run { server in
            let reply = try await VerifyAttempt([first, second]).ask(server)
            try await expect(first, reply, server)
        }
    }

    @Test func `who may not ask is told so whatever the body is`() async throws {
        for fault in VerifyFault.of(.requestShape) {
            try await TestServer.run { server in
                try await expect(.notAServer, try await VerifyAttempt([.notAServer, fault]).ask(server), server)
            }
        }
    }

    /// The one exception from the order: whether there is a key is known without asking anyone.
    @Test(arguments: [VerifyFault.limitUsedUp, .used, .neverIssued])
    func `a missing key is noticed before the limits and the ledger are asked`(fault: VerifyFault) async throws {
        try await TestServer.run { server in
            try await expect(.keyMissing, try await VerifyAttempt([fault, .keyMissing]).ask(server), server)
        }
    }

    /// Both ways: a refusal that is documented and cannot be met is as wrong as one that is met and not documented.
    @Test func `checks and their codes are those of the documents, in their order`() throws {
        var documented: [(check: String, codes: Set<String>)] = []
        for row in try ProtocolPage.rows(under: "### The checks, in their order") {
            // Asked after a verification, when a credential is fetched: CodeExample.
            guard ProtocolPage.words(row[0])[0] != Check.credential.rawValue else { continue }
            documented.append((ProtocolPage.words(row[0])[0], Set(ProtocolPage.words(row[2]))))
        }
        #expect(documented.map(\.check) == VerifyFault.checks.map(\.rawValue))
        for (check, codes) in documented {
            let faults = VerifyFault.allCases.filter { $0.expected.check.rawValue == check }
            var met = Set(faults.map(\.expected.code)).subtracting(["NOTE_TOO_LONG"])
            // That a body breaks off is seen on a socket alone: LiveServerTests.
            if check == Check.admission.rawValue { met.insert("invalid_request") }
            #expect(codes == met, "\(check)")
        }
    }

    private func expect(_ fault: VerifyFault, _ reply: Reply, _ server: TestServer) async throws {
        let place: Comment = "\(fault): \(reply.text)"
        #expect(try reply.code() == fault.expected.code, place)
        #expect((reply.status == 200) == fault.isDecision, place)
        if fault.isDecision { #expect(try reply.text("decision") == "deny", place) }
        guard let chain = fault.chain else { return }
        let record = try await server.fixture.lastRecord(of: chain)
        #expect(record["event"]?.stringValue == "verify", place)
        #expect(record["decision"]?.stringValue == "deny", place)
        #expect(record["code"]?.stringValue == fault.expected.code, place)
        #expect(record["check"]?.stringValue == fault.expected.check.rawValue, place)
        #expect(record["request_id"]?.stringValue == reply.headers[.requestID], place)
    }
}

extension VerifyFault {
    /// Those that a verification goes through.
    static let checks = Check.allCases.filter { !of($0).isEmpty }
}
