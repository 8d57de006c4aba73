import Testing

@testable import hallpass

struct RoundsTests {
    @Test func `the first round is at once, and none follows once the server stops`() async {
        let (rounds, round) = AsyncStream<Void>.makeStream()
        let task = Task {
            await Rounds.run(every: .seconds(3_600)) { round.yield() }
            round.finish()
        }
        var count = 0
        for await _ in rounds {
            count += 1
            task.cancel()
        }
        #expect(count == 1)
    }

    @Test func `what waits before its first round does none where the server stops before it`() async {
        let (rounds, round) = AsyncStream<Void>.makeStream()
        let task = Task {
            await Rounds.run(every: .seconds(3_600), from: .afterPause) { round.yield() }
            round.finish()
        }
        task.cancel()
        var count = 0
        for await _ in rounds { count += 1 }
        #expect(count == 0)
    }
}
