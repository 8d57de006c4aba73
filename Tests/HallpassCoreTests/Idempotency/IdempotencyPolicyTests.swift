import HallpassCore
import HallpassCrypto
import Testing

struct IdempotencyPolicyTests {
    private static let digest = SHA256.hash(Array("a".utf8))
    private static let other = SHA256.hash(Array("b".utf8))

    private func decide(
        _ state: ClaimedCall.State, digest: SHA256Digest = digest, isRepeatable: Bool = false, at now: Int64 = 100
    ) -> IdempotencyPolicy.Decision {
        IdempotencyPolicy.decide(
            earlier: ClaimedCall(argumentsDigest: Self.digest, state: state, expiresAt: 1_000), argumentsDigest: digest,
            isRepeatable: isRepeatable, nowSeconds: now)
    }

    @Test func `nothing stored: execute`() {
        let decision = IdempotencyPolicy.decide(
            earlier: nil, argumentsDigest: Self.digest, isRepeatable: false, nowSeconds: 0)
        #expect(decision == .execute)
    }

    @Test func `completed: replay, for repeatable tools too`() {
        #expect(decide(.completed) == .replay)
        #expect(decide(.completed, isRepeatable: true) == .replay)
    }

    @Test(arguments: [(199, true), (200, false), (201, false)])
    func `in flight up to, not at, the end of the lease`(now: Int64, isInFlight: Bool) {
        let decision = decide(.inFlight(leaseExpiresAt: 200), at: now)
        let waiting = Refusal(.idempotency, .idempotencyInFlight(retryAfterSeconds: 200 - now))
        #expect(decision == .refuse(isInFlight ? waiting : Refusal(.idempotency, .outcomeUnknown)))
    }

    @Test func `lease run out: a repeatable tool executes again`() {
        #expect(decide(.inFlight(leaseExpiresAt: 100), isRepeatable: true) == .execute)
        #expect(decide(.inFlight(leaseExpiresAt: 101), isRepeatable: true) != .execute)
    }

    @Test(arguments: [ClaimedCall.State.completed, .inFlight(leaseExpiresAt: 200), .inFlight(leaseExpiresAt: 1)])
    func `other arguments: conflict, whatever is stored`(state: ClaimedCall.State) {
        #expect(
            decide(state, digest: Self.other, isRepeatable: true)
                == .refuse(Refusal(.idempotency, .idempotencyConflict)))
    }

    @Test(
        arguments: [(999, IdempotencyPolicy.Decision.replay), (1_000, .execute), (1_001, .execute)]
            as [(Int64, IdempotencyPolicy.Decision)])
    func `what has expired is forgotten at, not after, its expiry`(now: Int64, expected: IdempotencyPolicy.Decision) {
        #expect(decide(.completed, at: now) == expected)
    }

    @Test func `parts of a scope cannot be shifted into one another`() {
        let key = IdempotencyKey("bk")
        let shifted = IdempotencyKey("k")
        let one = IdempotencyScope.digest(of: key, "crm@prod", "t", "a")
        let two = IdempotencyScope.digest(of: shifted, "crm@prod", "t", "ab")
        #expect(one != two)
    }
}
