import Testing

@testable import HallpassHTTP

struct CredentialMemoryTests {
    private let memory = CredentialMemory()

    /// - Returns: whether the header was read for it.
    private func show(_ header: String) -> Bool {
        var wasRead = false
        let presented = memory.presented(in: header) { header in
            wasRead = true
            return .bearer(ClientCredentials(id: header, secret: header))
        }
        #expect(presented.forJSON?.id == header)
        return wasRead
    }

    @Test func `a header that is shown again is not read again`() {
        #expect(show("Basic a"))
        #expect(!show("Basic a"))
    }

    @Test(arguments: ["Basic b", "Basic", "Basic a ", "basic a", "Basic ab", ""])
    func `a header that is another in any byte is read`(other: String) {
        #expect(show("Basic a"))
        #expect(show(other))
        #expect(show("Basic a"))
    }
}
