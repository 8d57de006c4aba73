import HallpassCore
import Testing

@testable import HallpassBroker

struct KeySetStateTests {
    static let keys = VerificationKeys([VerificationKey(id: "k1", algorithm: .es256) { _, _ in true }])

    enum Verdict: Hashable, Sendable { case use, refresh, fetch, giveUp(KeySetSource.Failure) }

    private func verdict(
        _ state: KeySetState, _ id: KeyName?, at now: Int64, mayTry: Bool = true
    ) -> Verdict {
        switch state.step(for: id, nowSeconds: now, mayTry: mayTry) {
        case .use: .use
        case .refresh: .refresh
        case .fetch: .fetch
        case .giveUp(let failure): .giveUp(failure)
        }
    }

    private func fetched(at now: Int64) -> KeySetState {
        var state = KeySetState()
        state.begin(nowSeconds: now)
        state.end(.success(Self.keys), nowSeconds: now)
        return state
    }

    @Test func `nothing is known before the first fetch`() {
        #expect(verdict(KeySetState(), "k1", at: 1_000) == .fetch)
        #expect(verdict(KeySetState(), "k1", at: 1_000, mayTry: false) == .giveUp(.unreachable))
    }

    static let knownKey: [(age: Int64, verdict: Verdict)] = [
        (0, .use), (299, .use), (300, .refresh), (3_599, .refresh), (3_600, .fetch), (-1, .fetch),
    ]

    @Test(arguments: knownKey)
    func `a known key is used while the set is fresh, and a while longer with a look for news`(
        age: Int64, expected: Verdict
    ) {
        #expect(verdict(fetched(at: 10_000), "k1", at: 10_000 + age) == expected)
    }

    static let unknownKey: [(age: Int64, verdict: Verdict)] = [(0, .use), (9, .use), (10, .fetch)]

    @Test(arguments: unknownKey)
    func `an unknown key is looked for again, but not at once`(age: Int64, expected: Verdict) {
        #expect(verdict(fetched(at: 10_000), "made-up", at: 10_000 + age) == expected)
    }

    @Test func `the last good keys outlive a provider that fails, for a while`() {
        var state = fetched(at: 10_000)
        for now in stride(from: Int64(10_300), to: 13_600, by: 10) {
            #expect(verdict(state, "k1", at: now) == .refresh)
            state.begin(nowSeconds: now)
            state.end(.failure(.tooSlow), nowSeconds: now)
            #expect(verdict(state, "k1", at: now) == .use)
            // Of a key that is not among them nothing is known now.
            #expect(verdict(state, "k2", at: now) == .giveUp(.tooSlow))
        }
        #expect(verdict(state, "k1", at: 13_600) == .fetch)
        #expect(verdict(state, "k1", at: 13_600, mayTry: false) == .giveUp(.tooSlow))
    }

    @Test func `a provider that failed is left alone for a moment`() {
        var state = KeySetState()
        state.begin(nowSeconds: 10_000)
        state.end(.failure(.notOK), nowSeconds: 10_001)
        #expect(verdict(state, "k1", at: 10_009) == .giveUp(.notOK))
        #expect(verdict(state, "k1", at: 10_010) == .fetch)
    }
}
