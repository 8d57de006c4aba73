import Testing

@testable import HallpassClient

struct GuardedTests {
    private static let note: JSON = ["body": "Called back.", "idempotency_key": "add_note:c-17:turn-42"]

    @Test func `a tool runs once, is told for whom, and a retry is given its result`() async throws {
        try await LiveBroker.run { broker in
            let client = try broker.client()
            let runs = Counter()
            var answers: [ToolAnswer] = []
            for _ in 0..<2 {
                let token = try await broker.token(arguments: Self.note)
                answers.append(
                    await client.guarded(tool: "add_note", token: token, arguments: Self.note) { call in
                        #expect(call.subject == "alice")
                        #expect(call.actor?["sub"] == "gateway")
                        #expect(call.scopes == ["notes:write"])
                        #expect((call.tenant, call.environment, call.connector) == ("acme", "prod", "crm-mcp"))
                        return ["number": JSON(runs.increment()), "é": 1.5]
                    })
            }
            #expect(runs.value == 1)
            #expect(answers.map(\.origin) == [.executed, .replayed])
            #expect(answers.allSatisfy { !$0.isError && $0.content == ["number": 1, "é": 1.5] })
        }
    }

    /// Two clients, as two processes have them.
    @Test func `of a hundred calls at once under one key one runs`() async throws {
        try await LiveBroker.run { broker in
            let clients = [try broker.client(), try broker.client()]
            var tokens: [String] = []
            for _ in 0..<100 { tokens.append(try await broker.token(arguments: Self.note)) }
            let runs = Counter()
            let answers = await withTaskGroup(of: ToolAnswer.self) { group in
                for (index, token) in tokens.enumerated() {
                    group.addTask {
                        await clients[index % 2].guarded(tool: "add_note", token: token, arguments: Self.note) { _ in
                            ["number": JSON(runs.increment())]
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(runs.value == 1)
            #expect(answers.count { $0.origin == .executed } == 1)
            for answer in answers where answer.origin == .replayed { #expect(answer.content == ["number": 1]) }
            for answer in answers where answer.origin == .refused {
                #expect(answer.content["error"]?["code"] == "idempotency_in_flight")
            }
        }
    }

    @Test func `a refusal is an error for the model, as the broker put it`() async throws {
        try await LiveBroker.run { broker in
            let arguments: JSON = ["body": "much longer than it may be", "idempotency_key": "k"]
            let troubles = TroubleLog()
            let answer = try await broker.client(troubles: troubles).guarded(
                tool: "add_note", token: try await broker.token(), arguments: arguments
            ) { _ in
                Issue.record("it ran")
                return .null
            }
            #expect(answer.isError && answer.origin == .refused)
            let error = try required(answer.structuredContent?["error"])
            #expect(error["code"] == "invalid_arguments")
            #expect(error["details"]?.array?.first?["path"] == "/body")
            #expect(answer.content["ok"] == false)
            #expect(try JSON(parsing: answer.text.utf8) == answer.content)
            #expect(troubles.troubles.isEmpty)
        }
    }

    @Test func `a call without a token is refused and not run`() async throws {
        try await LiveBroker.run { broker in
            let answer = try await broker.client().guarded(tool: "add_note", token: nil, arguments: Self.note) { _ in
                Issue.record("it ran")
                return .null
            }
            #expect(answer.content["error"]?["code"] == "malformed_token")
        }
    }

    @Test func `an answer that is lost on its way runs nothing, and the retry is told to wait`() async throws {
        try await LiveBroker.run { broker in
            try await CutConnection.run(to: broker.port) { port, cut in
                let troubles = TroubleLog()
                let client = try broker.client(port: port, troubles: troubles)
                let token = try await broker.token(arguments: Self.note)
                cut.loseAnswers(1)
                let lost = await client.guarded(tool: "add_note", token: token, arguments: Self.note) { _ in
                    Issue.record("it ran")
                    return .null
                }
                #expect(lost.origin == .refused)
                #expect(lost.content["error"]?["code"] == "unavailable")
                #expect(troubles.troubles.count == 1)
                let again = await client.guarded(
                    tool: "add_note", token: try await broker.token(arguments: Self.note), arguments: Self.note
                ) { _ in
                    Issue.record("it ran")
                    return .null
                }
                #expect(again.content["error"]?["code"] == "idempotency_in_flight")
            }
        }
    }

    @Test func `a report whose answer is lost is made again, and the retry gets the result`() async throws {
        try await LiveBroker.run { broker in
            try await CutConnection.run(to: broker.port) { port, cut in
                let troubles = TroubleLog()
                let client = try broker.client(port: port, troubles: troubles)
                for origin in [ToolAnswer.Origin.executed, .replayed] {
                    let token = try await broker.token(arguments: Self.note)
                    let answer = await client.guarded(tool: "add_note", token: token, arguments: Self.note) { _ in
                        cut.loseAnswers(2)
                        return "noted"
                    }
                    #expect(answer.origin == origin)
                    #expect(answer.text == "noted")
                    #expect(answer.structuredContent == nil)
                }
                #expect(troubles.troubles.isEmpty)
            }
        }
    }

    @Test func `a report that never arrives takes nothing from the answer`() async throws {
        try await LiveBroker.run { broker in
            try await CutConnection.run(to: broker.port) { port, cut in
                let troubles = TroubleLog()
                let client = try broker.client(port: port, troubles: troubles)
                let token = try await broker.token(arguments: Self.note)
                let answer = await client.guarded(tool: "add_note", token: token, arguments: Self.note) { _ in
                    cut.loseAnswers(.max)
                    return "noted"
                }
                #expect(answer.text == "noted" && answer.origin == .executed)
                guard case .notReported("add_note", _, .undelivered) = troubles.troubles.first else {
                    Issue.record("\(troubles.troubles)")
                    return
                }
            }
        }
    }

    @Test func `what a tool says of its failure is what a retry is told`() async throws {
        try await LiveBroker.run { broker in
            let client = try broker.client()
            let failure = ToolFailure("The CRM is closed for the night.", code: "CRM_CLOSED", suggestedAction: "wait")
            var answers: [ToolAnswer] = []
            for _ in 0..<2 {
                let token = try await broker.token(arguments: Self.note)
                answers.append(
                    await client.guarded(tool: "add_note", token: token, arguments: Self.note) { _ in throw failure })
            }
            #expect(answers.map(\.isError) == [true, true])
            #expect(answers[0].content == answers[1].content)
            #expect(
                answers[0].content["error"] == [
                    "code": "CRM_CLOSED", "message": "The CRM is closed for the night.", "retryable": false,
                    "suggested_action": "wait",
                ])
        }
    }

    @Test func `an error that was not made for a model is kept from it, and told to the operator`() async throws {
        struct Inner: Error { let text = "password=hunter2" }
        try await LiveBroker.run { broker in
            let troubles = TroubleLog()
            let token = try await broker.token(arguments: Self.note)
            let answer = try await broker.client(troubles: troubles).guarded(
                tool: "add_note", token: token, arguments: Self.note
            ) { _ in throw Inner() }
            #expect(answer.content["error"]?["code"] == "tool_failed")
            #expect(!answer.text.contains("hunter2"))
            guard case .toolFailed("add_note", _, is Inner) = troubles.troubles.first else {
                Issue.record("\(troubles.troubles)")
                return
            }
        }
    }

    @Test func `a call on its way is finished and reported although its task was cancelled`() async throws {
        try await LiveBroker.run { broker in
            let client = try broker.client()
            let token = try await broker.token(arguments: Self.note)
            let (started, start) = AsyncStream<Void>.makeStream()
            let (cancelled, cancel) = AsyncStream<Void>.makeStream()
            let call = Task {
                await client.guarded(tool: "add_note", token: token, arguments: Self.note) { _ in
                    start.finish()
                    for await _ in cancelled {}
                    try Task.checkCancellation()
                    return "noted"
                }
            }
            for await _ in started {}
            call.cancel()
            cancel.finish()
            #expect(await call.value.text == "noted")
            let again = await client.guarded(
                tool: "add_note", token: try await broker.token(arguments: Self.note), arguments: Self.note
            ) { _ in .null }
            #expect(again.origin == .replayed && again.text == "noted")
        }
    }

    @Test func `a result that no broker can read is given once, and a retry told that it was not kept`() async throws {
        try await LiveBroker.run { broker in
            let client = try broker.client()
            for origin in [ToolAnswer.Origin.executed, .replayed] {
                let token = try await broker.token(arguments: Self.note)
                let answer = await client.guarded(tool: "add_note", token: token, arguments: Self.note) { _ in
                    ["id": JSON(Int.max)]
                }
                #expect(answer.origin == origin)
                #expect(answer.isError == (origin == .replayed))
                if answer.isError { #expect(answer.content["error"]?["code"] == "RESULT_NOT_RETAINED") }
            }
        }
    }
}
