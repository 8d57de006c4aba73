import HallpassCore
import Testing

@testable import HallpassBroker

struct CallBucketsTests {
    private static let crm: DeploymentID = "crm-mcp@prod"

    private static func call(
        _ subject: Subject = "alice", tool: ToolName = "add_note", deployment: DeploymentID = crm, limits: CallLimits
    ) -> LimitedCall {
        LimitedCall(deployment: deployment, limits: limits, tool: tool, subject: subject)
    }

    private static func limits(
        deployment: Int64? = nil, actor: Int64? = nil, tools: [ToolName: Int64] = [:], seconds: Int64 = 60
    ) throws -> CallLimits {
        let tools = try tools.mapValues { try #require(RateLimit(calls: $0, seconds: seconds)) }
        return try #require(
            CallLimits(
                deployment: deployment.flatMap { RateLimit(calls: $0, seconds: seconds) },
                actor: actor.flatMap { RateLimit(calls: $0, seconds: seconds) }, tools: tools))
    }

    /// How many of such calls go through at one moment.
    private static func admitted(_ buckets: inout CallBuckets, _ call: LimitedCall, at now: Int64 = 0) -> Int {
        var count = 0
        while (try? buckets.take(call, atMilliseconds: now)) != nil { count += 1 }
        return count
    }

    @Test func `a deployment's limit is for everyone, an actor's for each, a tool's for that tool`() throws {
        let limits = try Self.limits(deployment: 10, actor: 4, tools: ["add_note": 2])
        var buckets = CallBuckets()
        #expect(Self.admitted(&buckets, Self.call(limits: limits)) == 2)
        #expect(Self.admitted(&buckets, Self.call(tool: "find_contact", limits: limits)) == 2)
        #expect(Self.admitted(&buckets, Self.call("bob", limits: limits)) == 0)
        #expect(Self.admitted(&buckets, Self.call("bob", tool: "find_contact", limits: limits)) == 4)
        #expect(Self.admitted(&buckets, Self.call("carol", tool: "find_contact", limits: limits)) == 2)
        #expect(Self.admitted(&buckets, Self.call("dave", tool: "find_contact", limits: limits)) == 0)
    }

    @Test func `another deployment has its own`() throws {
        let limits = try Self.limits(deployment: 1, actor: 1, tools: ["add_note": 1])
        var buckets = CallBuckets()
        #expect(Self.admitted(&buckets, Self.call(limits: limits)) == 1)
        #expect(Self.admitted(&buckets, Self.call(deployment: "crm-mcp@dev", limits: limits)) == 1)
    }

    @Test func `a call that one bucket refuses takes nothing from the others`() throws {
        let limits = try Self.limits(deployment: 5, tools: ["add_note": 1])
        var buckets = CallBuckets()
        #expect(Self.admitted(&buckets, Self.call(limits: limits)) == 1)
        for _ in 0..<20 { #expect(Self.admitted(&buckets, Self.call(limits: limits)) == 0) }
        #expect(Self.admitted(&buckets, Self.call(tool: "find_contact", limits: limits)) == 4)
    }

    /// The tool gives a call back after 20 seconds, the actor after 10.000…: the later one counts, rounded up.
    @Test(arguments: [(0, 20), (1, 20), (1_000, 19), (19_000, 1), (19_999, 1)] as [(Int64, Int64)])
    func `it is told when to come back by the bucket that takes longest`(now: Int64, seconds: Int64) throws {
        let limits = try Self.limits(actor: 6, tools: ["add_note": 3])
        var buckets = CallBuckets()
        #expect(Self.admitted(&buckets, Self.call(limits: limits)) == 3)
        #expect(throws: HallpassError.rateLimited(.tool, retryAfterSeconds: seconds)) {
            try buckets.take(Self.call(limits: limits), atMilliseconds: now)
        }
        #expect(throws: HallpassError.rateLimited(.tool, retryAfterSeconds: seconds)) {
            try buckets.look(Self.call(limits: limits), atMilliseconds: now)
        }
        let waited = try buckets.take(Self.call(limits: limits), atMilliseconds: 20_000)
        #expect(waited.count == 2)
    }

    @Test func `looking takes nothing`() throws {
        let limits = try Self.limits(actor: 1)
        var buckets = CallBuckets()
        for _ in 0..<10 { try buckets.look(Self.call(limits: limits), atMilliseconds: 0) }
        #expect(buckets.count == 0)
        #expect(Self.admitted(&buckets, Self.call(limits: limits)) == 1)
    }

    @Test func `what is given back may be taken by the next`() throws {
        let limits = try Self.limits(deployment: 1, actor: 1, tools: ["add_note": 1])
        var buckets = CallBuckets()
        let taken = try buckets.take(Self.call(limits: limits), atMilliseconds: 0)
        #expect(Self.admitted(&buckets, Self.call(limits: limits)) == 0)
        buckets.giveBack(taken)
        #expect(Self.admitted(&buckets, Self.call(limits: limits)) == 1)
    }

    @Test func `a limit that was taken away and set again finds used what was used`() throws {
        var buckets = CallBuckets()
        let limits = try Self.limits(actor: 3, seconds: 3_600)
        #expect(Self.admitted(&buckets, Self.call(limits: limits)) == 3)
        #expect(Self.admitted(&buckets, Self.call(limits: try Self.limits(actor: 4, seconds: 3_600))) == 1)
        let other = try Self.limits(tools: ["add_note": 1], seconds: 3_600)
        #expect(Self.admitted(&buckets, Self.call(limits: other)) == 1)
        #expect(Self.admitted(&buckets, Self.call(limits: limits)) == 0)
    }

    /// However many actors are made up, the memory stays, nobody who is known loses or gains, and the rest share one pace.
    @Test func `actors for whom there is no room share one bucket`() throws {
        let limits = try Self.limits(actor: 2)
        var buckets = CallBuckets(room: 10)
        for index in 0..<10 {
            let subject = try #require(Subject("known-\(index)"))
            #expect(Self.admitted(&buckets, Self.call(subject, limits: limits)) == 2)
        }
        var admitted = 0
        for index in 0..<1_000 {
            let subject = try #require(Subject("new-\(index)"))
            admitted += Self.admitted(&buckets, Self.call(subject, limits: limits))
        }
        #expect(admitted == 2)
        #expect(buckets.count == 11)
        #expect(Self.admitted(&buckets, Self.call("known-3", limits: limits)) == 0)
    }

    /// Otherwise one call as one of the many and one on one's own would be one more than the limit.
    @Test func `whoever gets room of their own begins with what the shared one has used`() throws {
        let slow = try Self.limits(actor: 2, seconds: 3_600)
        var buckets = CallBuckets(room: 2)
        #expect(Self.admitted(&buckets, Self.call("known", limits: try Self.limits(actor: 1, seconds: 1))) == 1)
        #expect(Self.admitted(&buckets, Self.call("other", limits: try Self.limits(actor: 1, seconds: 1))) == 1)
        _ = try buckets.take(Self.call("late", limits: slow), atMilliseconds: 0)
        // Those of a second's limit are forgotten by now, and there is room again.
        #expect(Self.admitted(&buckets, Self.call("late", limits: slow), at: 100_000) == 1)
        #expect(Self.admitted(&buckets, Self.call("late", limits: slow), at: 200_000) == 0)
    }

    @Test func `a full bucket is forgotten, and a used one never`() throws {
        let brief = try Self.limits(actor: 1, seconds: 1)
        let long = try Self.limits(actor: 1, seconds: 3_600)
        var buckets = CallBuckets()
        #expect(Self.admitted(&buckets, Self.call("kept", limits: long)) == 1)
        for index in 0..<10_000 {
            let subject = try #require(Subject("passing-\(index)"))
            _ = try buckets.take(Self.call(subject, limits: brief), atMilliseconds: Int64(index) * 100)
        }
        // Ten a second, each of which is as good as new after one.
        #expect(buckets.count <= 64 + 20)
        #expect(Self.admitted(&buckets, Self.call("kept", limits: long), at: 1_000_000) == 0)
    }
}
