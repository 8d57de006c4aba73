import HallpassCore
import HallpassCrypto
import Testing

@testable import HallpassBroker

struct PasswordWorkTests {
    @Test func `more at once than there is memory for are told to come back`() async throws {
        let work = try PasswordWork(cost: BrokerFixture.cost(log2N: 14))
        let outcomes = await withTaskGroup(of: HallpassError?.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    do throws(HallpassError) {
                        _ = try await work.matches("some password", nil)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { $0 == nil } >= PasswordWork.concurrency)
        #expect(outcomes.contains(.overloaded))
        #expect(Set(outcomes).isSubset(of: [nil, .overloaded]))
        // Everyone has left: there is room again.
        let matches = try await work.matches("some password", nil)
        #expect(!matches)
    }

    @Test func `one character matches itself however a keyboard writes it`() async throws {
        let work = try PasswordWork(cost: BrokerFixture.cost())
        let hash = try await work.hash("caf\u{E9} au lait")
        let composed = try await work.matches("cafe\u{301} au lait", hash)
        #expect(composed)
        let plain = try await work.matches("cafe au lait", hash)
        #expect(!plain)
    }

    @Test func `a hash of another cost is known as such`() async throws {
        let old = try PasswordWork(cost: BrokerFixture.cost())
        let new = try PasswordWork(cost: BrokerFixture.cost(log2N: 5))
        let hash = try await old.hash("some password")
        #expect(!old.isOutdated(hash))
        #expect(new.isOutdated(hash))
    }
}
