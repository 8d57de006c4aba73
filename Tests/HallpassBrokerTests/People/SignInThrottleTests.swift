import HallpassCore
import Testing

@testable import HallpassBroker

struct SignInThrottleTests {
    private static let alice = AccountName(tenant: "acme", username: "alice")
    private static let now: Int64 = 1_795_216_335

    /// - Returns: how many of the attempts were let through, and what the first that was not was told.
    private func attempts(
        _ count: Int, _ throttle: SignInThrottle, of name: AccountName = alice, from address: String? = "192.0.2.1",
        at time: Int64 = now
    ) -> (passed: Int, error: HallpassError?) {
        for index in 0..<count {
            do throws(HallpassError) {
                try throttle.take(name, from: address, nowSeconds: time)
            } catch {
                return (index, error)
            }
        }
        return (count, nil)
    }

    private func people(_ count: Int) -> [AccountName] {
        (0..<count).compactMap { Username("p\($0)") }.map { AccountName(tenant: "acme", username: $0) }
    }

    @Test func `an account has ten attempts, and then one a minute`() {
        let throttle = SignInThrottle()
        let first = attempts(11, throttle)
        #expect(first.passed == 10)
        #expect(first.error == .signInThrottled(retryAfterSeconds: 60))
        for (seconds, passed) in [(59, 0), (60, 1), (61, 0), (180, 2)] {
            let later = attempts(3, throttle, from: nil, at: Self.now + Int64(seconds))
            #expect(later.passed == passed, "\(seconds)")
        }
    }

    @Test func `who is refused is told when to come back, and it is true then`() {
        let throttle = SignInThrottle()
        _ = attempts(10, throttle)
        guard case .signInThrottled(let seconds) = attempts(1, throttle, at: Self.now + 7).error else {
            Issue.record("let through")
            return
        }
        #expect(attempts(1, throttle, at: Self.now + 7 + seconds - 1).passed == 0)
        #expect(attempts(1, throttle, at: Self.now + 7 + seconds).passed == 1)
    }

    @Test func `an address has fifty attempts on whatever accounts, and another address its own`() {
        let throttle = SignInThrottle()
        let people = people(60)
        let passed = people.filter { attempts(1, throttle, of: $0).passed == 1 }
        #expect(passed.count == 50)
        #expect(attempts(1, throttle, of: people[59], from: "192.0.2.2").passed == 1)
    }

    @Test func `another account from the same address is not held up, nor the same name in another tenant`() {
        let throttle = SignInThrottle()
        _ = attempts(11, throttle)
        for name in [
            AccountName(tenant: "acme", username: "bob"), AccountName(tenant: "globex", username: "alice"),
        ] {
            #expect(attempts(1, throttle, of: name).passed == 1)
        }
    }

    @Test func `a refused attempt costs nothing, and one given back neither`() {
        let throttle = SignInThrottle()
        for _ in 0..<100 {
            #expect(attempts(1, throttle).passed == 1)
            throttle.giveBack(Self.alice, from: "192.0.2.1")
        }
        #expect(attempts(500, throttle).passed == 10)
        #expect(attempts(1, throttle, at: Self.now + 60).passed == 1)
    }

    @Test func `a flood of names does not make it forget the one that is guessed at`() {
        let throttle = SignInThrottle(room: 100)
        _ = attempts(10, throttle, from: nil)
        for name in people(1_000) { _ = attempts(1, throttle, of: name, from: nil) }
        #expect(attempts(1, throttle, from: nil).passed == 0)
    }
}
