import HallpassBroker
import HallpassCore
import StrictJSON
import Testing

/// The table of the protocol, "Idempotency", row by row, each against the real ledger.
struct IdempotencyTests {
    private func arguments(_ text: String) -> JSONObject? { (["body": .string(text)] as JSONValue).objectValue }

    private func ask(
        _ fixture: BrokerFixture, key: String? = "k1", text: String = "hello", subject: Subject = "alice",
        tool: ToolName = "add_note"
    ) async throws -> Result<VerifyAnswer, Refusal> {
        let token = try await fixture.mint(fixture.command(subject, groups: ["support"], tool: tool)).get().text
        return try await fixture.ask(token, tool: tool, key: key) { $0.arguments = arguments(text) }
    }

    private func execution(_ answer: Result<VerifyAnswer, Refusal>) throws -> Execution {
        guard case .execute(let execution) = try answer.get() else { throw UnexpectedReplay() }
        return execution
    }

    private func replay(_ answer: Result<VerifyAnswer, Refusal>) throws -> Replay {
        guard case .replay(let replay) = try answer.get() else { throw MissingReplay() }
        return replay
    }

    private func report(
        _ fixture: BrokerFixture, _ outcome: CallOutcome, of call: CallID, as client: String = "crm-server"
    ) async throws -> HallpassError? {
        try await fixture.broker.report(outcome, of: call, by: fixture.client(client), fixture.context()).refusal
    }

    @Test func `a new key executes and is claimed`() async throws {
        try await BrokerFixture.run { fixture in
            let first = try execution(try await ask(fixture))
            #expect(first.leaseSeconds == 300)
            #expect(try await ask(fixture).refusal?.code == .idempotencyInFlight)
        }
    }

    @Test(arguments: [true, false])
    func `the same call again is answered with what came of it, errors too`(isGood: Bool) async throws {
        try await BrokerFixture.run { fixture in
            let first = try execution(try await ask(fixture))
            let outcome: CallOutcome =
                isGood
                ? .result(["note_id": 7, "é": [.number(1.5)]])
                : .error(try #require((["code": "x"] as JSONValue).objectValue))
            #expect(try await report(fixture, outcome, of: first.callID) == nil)
            for _ in 0..<2 {
                let again = try replay(try await ask(fixture))
                #expect(again.callID == first.callID)
                #expect(again.outcome == outcome.json)
            }
            #expect(try await fixture.audit().last?["decision"] == "replay")
        }
    }

    @Test func `a replay uses up the token it came with`() async throws {
        try await BrokerFixture.run { fixture in
            let first = try execution(try await ask(fixture))
            #expect(try await report(fixture, .result(1), of: first.callID) == nil)
            let token = try await fixture.token().text
            let change: (inout VerifyCommand) -> Void = { $0.arguments = arguments("hello") }
            #expect(try replay(try await fixture.ask(token, key: "k1", change)).callID == first.callID)
            #expect(try await fixture.ask(token, key: "k1", change).refusal == .tokenAlreadyUsed)
        }
    }

    @Test func `while the first is in flight the second is told to wait, for as long as the lease has left`()
        async throws
    {
        try await BrokerFixture.run { fixture in
            _ = try execution(try await ask(fixture))
            fixture.advance(seconds: 10)
            #expect(try await ask(fixture).refusal == .idempotencyInFlight(retryAfterSeconds: 290))
            let token = try await fixture.token().text
            let change: (inout VerifyCommand) -> Void = { $0.arguments = arguments("hello") }
            #expect(try await fixture.ask(token, key: "k1", change).refusal?.code == .idempotencyInFlight)
            #expect(try await fixture.ask(token, key: "other", change).refusal == nil)
        }
    }

    @Test(
        arguments: [
            (299, ErrorCode.idempotencyInFlight), (300, .outcomeUnknown), (301, .outcomeUnknown),
        ] as [(Int64, ErrorCode)])
    func `when the lease runs out nobody knows, and a write is not repeated`(seconds: Int64, code: ErrorCode)
        async throws
    {
        try await BrokerFixture.run { fixture in
            _ = try execution(try await ask(fixture))
            fixture.advance(seconds: seconds)
            #expect(try await ask(fixture).refusal?.code == code)
        }
    }

    @Test func `when the lease runs out a read is simply read again`() async throws {
        try await BrokerFixture.run { fixture in
            let first = try execution(try await ask(fixture, tool: "find_contact"))
            fixture.advance(seconds: 300)
            let second = try execution(try await ask(fixture, tool: "find_contact"))
            #expect(second.callID != first.callID)
        }
    }

    @Test func `a late report still counts, and the retry then gets it`() async throws {
        try await BrokerFixture.run { fixture in
            let first = try execution(try await ask(fixture))
            fixture.advance(seconds: 400)
            #expect(try await ask(fixture).refusal == .outcomeUnknown)
            #expect(try await report(fixture, .result("late"), of: first.callID) == nil)
            #expect(try replay(try await ask(fixture)).outcome == ["ok": true, "result": "late"])
        }
    }

    @Test(arguments: [false, true])
    func `other arguments under the same key are a conflict, whatever became of the first`(isCompleted: Bool)
        async throws
    {
        try await BrokerFixture.run { fixture in
            let first = try execution(try await ask(fixture))
            if isCompleted { #expect(try await report(fixture, .result(1), of: first.callID) == nil) }
            #expect(try await ask(fixture, text: "other").refusal == .idempotencyConflict)
        }
    }

    @Test func `what changes something needs a key, what reads does not`() async throws {
        try await BrokerFixture.run { fixture in
            let write = try await ask(fixture, key: nil)
            #expect(write.refusal == .idempotencyKeyRequired)
            let read = try await ask(fixture, key: nil, tool: "find_contact")
            #expect(read.refusal == nil)
        }
    }

    @Test func `a key is one person's, one tool's, one tenant's`() async throws {
        try await BrokerFixture.run { fixture in
            _ = try execution(try await ask(fixture))
            #expect(try await ask(fixture, subject: "dave").refusal == nil)
            #expect(try await ask(fixture, tool: "find_contact").refusal == nil)
            let foreign = try await fixture.mint(fixture.command(), tenant: "globex").get().text
            let answer = try await fixture.ask(foreign, key: "k1", tenant: "globex") {
                $0.arguments = arguments("hello")
            }
            #expect(answer.refusal == nil)
        }
    }

    @Test(arguments: [(86_399, false), (86_400, true)])
    func `a key is free again when its day is over`(seconds: Int64, isFree: Bool) async throws {
        try await BrokerFixture.run { fixture in
            let first = try execution(try await ask(fixture))
            #expect(try await report(fixture, .result(1), of: first.callID) == nil)
            fixture.advance(seconds: seconds)
            guard case .execute = try await ask(fixture, text: "hello").get() else { return #expect(!isFree) }
            #expect(isFree)
        }
    }

    @Test func `the key itself and the way numbers are written are no part of the arguments`() async throws {
        try await BrokerFixture.run { fixture in
            let token = try await fixture.token().text
            let first = try await fixture.ask(token, key: "k1") {
                $0.arguments = (["a": 1, "idempotency_key": "k1"] as JSONValue).objectValue
            }
            let call = try execution(first).callID
            #expect(try await report(fixture, .result(1), of: call) == nil)
            let again = try JSONParser.parse(Array(#"{"a":1.0}"#.utf8)).objectValue
            let retry = try await fixture.token().text
            #expect(try replay(try await fixture.ask(retry, key: "k1") { $0.arguments = again }).callID == call)
        }
    }

    @Test func `of many at once with one key exactly one executes`() async throws {
        try await BrokerFixture.run { fixture in
            let tokens = try await (0..<100).asyncMap { _ in try await fixture.token().text }
            let answers = try await withThrowingTaskGroup(of: Result<VerifyAnswer, Refusal>.self) { group in
                for token in tokens {
                    group.addTask { try await fixture.ask(token, key: "k1") { $0.arguments = arguments("hello") } }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count { $0.refusal == nil } == 1)
            #expect(answers.count { $0.refusal?.code == .idempotencyInFlight } == 99)
        }
    }

    @Test func `calls and outcomes survive a restart`() async throws {
        try await BrokerFixture.run { fixture in
            let first = try execution(try await ask(fixture))
            #expect(try await report(fixture, .result("kept"), of: first.callID) == nil)
            _ = try execution(try await ask(fixture, key: "k2"))
            try await fixture.close()
            try await fixture.open()
            #expect(try replay(try await ask(fixture)).outcome == ["ok": true, "result": "kept"])
            #expect(try await ask(fixture, key: "k2").refusal?.code == .idempotencyInFlight)
        }
    }
}

struct MissingReplay: Error {}
