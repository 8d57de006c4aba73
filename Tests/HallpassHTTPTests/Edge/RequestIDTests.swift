import HallpassCrypto
import Testing

@testable import HallpassHTTP

struct RequestIDTests {
    @Test func `an id is 128 bits that do not repeat`() {
        let ids = (0..<1_000).map { _ in RequestID.make() }
        #expect(Set(ids).count == ids.count)
        for id in ids { #expect(Base64URL.decode(id)?.count == 16) }
    }
}
