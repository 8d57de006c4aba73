import Testing

@testable import HallpassCore

struct BackoffTests {
    @Test func `each failure in a row waits twice as long, up to the longest`() {
        var backoff = Backoff(seconds: 1...300)
        let pauses = (0..<12).map { _ in backoff.fail(chance: 1) }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300].map { $0 * 1_000 })
        #expect(backoff.failures == 12)
    }

    @Test(arguments: [(0.0, 500), (0.5, 750), (0.999, 999)] as [(Double, Int64)])
    func `half of a pause is left to chance`(chance: Double, milliseconds: Int64) {
        var backoff = Backoff(seconds: 1...300)
        #expect(backoff.fail(chance: chance) == milliseconds)
    }

    @Test(arguments: [(-5, 500), (0, 500), (7, 7_000), (300, 300_000), (86_400, 300_000)] as [(Int64, Int64)])
    func `what the other side asks for is waited for, within the longest`(asked: Int64, milliseconds: Int64) {
        var backoff = Backoff(seconds: 1...300)
        #expect(backoff.fail(askedSeconds: asked, chance: 0) == milliseconds)
    }

    @Test func `a success begins anew`() {
        var backoff = Backoff(seconds: 2...300)
        for _ in 0..<100 { _ = backoff.fail(chance: 0) }
        backoff.succeed()
        #expect(backoff.failures == 0)
        #expect(backoff.fail(chance: 0) == 1_000)
    }
}
