import HallpassBroker
import HallpassCrypto
import Testing

struct RequestIDTests {
    private let ids = (0..<1_000).map { _ in RequestID.make() }

    @Test func `an id is sixteen bytes that do not repeat`() {
        #expect(Set(ids).count == ids.count)
        for id in ids { #expect(Base64URL.decode(id)?.count == 16) }
    }

    @Test func `an id is no option of a command line`() {
        #expect(ids.allSatisfy { !$0.hasPrefix("-") })
    }
}
