import HTTPTypes
import HallpassBroker
import HallpassCore
import HallpassStorage
import StrictJSON
import Testing

@testable import HallpassHTTP

struct WorkInProgressTests {
    private static func tenant(_ number: Int) throws -> TenantID { try required(TenantID("t\(number)")) }

    @Test func `a tenant has its share and no more, and gets it back`() throws {
        let work = WorkInProgress()
        let acme = try Self.tenant(0)
        let shares = try (0..<Limits.workPerTenant).map { _ in try work.begin(1, for: acme) }
        #expect(throws: HallpassError.overloaded) { _ = try work.begin(1, for: acme) }
        _ = try work.begin(1, for: Self.tenant(1))
        work.end(try required(shares.first))
        _ = try work.begin(1, for: acme)
        #expect(throws: HallpassError.overloaded) { _ = try work.begin(1, for: acme) }
    }

    @Test func `where everyone together is too much, each still has what is reserved`() throws {
        let work = WorkInProgress()
        let busy = Limits.workInAll / Limits.workPerTenant
        for number in 0..<busy {
            for _ in 0..<Limits.workPerTenant { _ = try work.begin(1, for: Self.tenant(number)) }
        }
        for _ in 0..<Limits.workReserved { _ = try work.begin(1, for: Self.tenant(busy)) }
        #expect(throws: HallpassError.overloaded) { _ = try work.begin(1, for: Self.tenant(busy)) }
    }

    @Test func `what weighs more than all there is goes in alone`() throws {
        let work = WorkInProgress()
        let acme = try Self.tenant(0)
        let share = try work.begin(Limits.workInAll + 1, for: acme)
        #expect(throws: HallpassError.overloaded) { _ = try work.begin(1, for: acme) }
        work.end(share)
        _ = try work.begin(1, for: acme)
    }

    @Test(
        arguments: [
            ("/v1/verify", Limits.requestBodyBytes, 100, 1), ("/v1/verify", Limits.requestBodyBytes, nil, 1),
            ("/v1/call-tokens/batch", Limits.requestBodyBytes, 160, 2),
            ("/v1/call-tokens/batch", Limits.requestBodyBytes, nil, 64),
            ("/v1/tenants/{tenant}/apply", Limits.applyBodyBytes, 1_000, 1),
            ("/v1/tenants/{tenant}/apply", Limits.applyBodyBytes, Limits.applyBodyBytes, 64),
            ("/v1/tenants/{tenant}/apply", Limits.applyBodyBytes, .max, 64),
        ] as [(String, Int, Int?, Int)])
    func `a request weighs what its body may cost`(template: String, limit: Int, bytes: Int?, weight: Int) {
        let route = Route(.post, template, .mint, .json(limitBytes: limit)) { _ in Answer(json: [:]) }
        #expect(route.weight(bodyBytes: bytes) == weight)
    }

    @Test func `who asks for too much at once is told so at once, and nobody else is`() async throws {
        try await TestServer.run { server in
            let gateway = try server.fixture.acme("gateway")
            let other = try server.fixture.globex("gateway")
            let batch: JSONValue = ["items": .array(Array(repeating: Flow.mintAddNote, count: Limits.mintsPerBatch))]
            server.fixture.disk.hold()
            let mints = "/v1/call-tokens"
            let first = Task { try await server.ask(.post, mints, as: gateway, json: Flow.mintAddNote) }
            await server.fixture.disk.untilHeld()
            let batches = (0..<15).map { _ in
                Task { try await server.ask(.post, "\(mints)/batch", as: gateway, json: batch) }
            }
            while server.fixture.ledger.queuedCount < 15 * Limits.mintsPerBatch { await Task.yield() }
            let refused = try await server.ask(.post, "\(mints)/batch", as: gateway, json: batch)
            #expect(refused.status == 503)
            #expect(try refused.code() == "overloaded")
            #expect(refused.headers[.retryAfter] != nil)
            let quiet = Task { try await server.ask(.post, mints, as: other, json: Flow.mintAddNote) }
            while server.fixture.ledger.queuedCount <= 15 * Limits.mintsPerBatch { await Task.yield() }
            server.fixture.disk.release()
            for task in [first, quiet] + batches { #expect(try await task.value.status == 200) }
            #expect(try await server.ask(.post, "\(mints)/batch", as: gateway, json: batch).status == 200)
        }
    }
}
