import Testing

@testable import HallpassHTTP

struct ClientCredentialsTests {
    private static let random = String(repeating: "_", count: 43)

    @Test(arguments: ["a", "gateway", "a_b", "_", "a__", "crm-server.v2"])
    func `a secret names its client, underscores and all`(id: String) {
        #expect(ClientCredentials(secret: "hp_\(id)_\(Self.random)")?.id == id)
    }

    @Test(arguments: ["", "hp_", "hp__", "hp_a", "xx_a_", "hp_a-"])
    func `what has another form names nobody`(start: String) {
        #expect(ClientCredentials(secret: "\(start)\(Self.random)")?.id == nil)
    }
}
