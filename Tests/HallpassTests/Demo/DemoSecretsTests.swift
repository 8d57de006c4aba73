import Foundation
import Testing

@testable import hallpass

struct DemoSecretsTests {
    private let folder: TemporaryFolder
    private var path: String { "\(folder.path)/demo-clients.json" }

    init() throws { folder = try TemporaryFolder() }

    @Test func `what is written is read again, by tenant, and nobody else reads it`() throws {
        var secrets = DemoSecrets(path: path)
        secrets[TenantIDs.acme, "gateway"] = "one"
        secrets[TenantIDs.umbrella, "gateway"] = "two"
        try secrets.write()
        #expect(try Mode.of(path) == 0o600)
        let again = DemoSecrets(path: path)
        #expect(again[TenantIDs.acme, "gateway"] == "one")
        #expect(again[TenantIDs.umbrella, "gateway"] == "two")
        #expect(again[TenantIDs.acme, "other"] == nil)
    }

    @Test(arguments: ["", "{", "[]", #"{"acme": "x"}"#, #"{"acme": {"gateway": 1}}"#])
    func `a file that is something else holds nothing`(text: String) throws {
        try folder.write("demo-clients.json", text)
        #expect(DemoSecrets(path: path)[TenantIDs.acme, "gateway"] == nil)
    }

    @Test func `a file that others read is not believed`() throws {
        try folder.write("demo-clients.json", #"{"acme": {"gateway": "x"}}"#, mode: 0o644)
        #expect(DemoSecrets(path: path)[TenantIDs.acme, "gateway"] == nil)
    }

    /// Computed with Python's hashlib and base64.
    @Test func `a secret is called by the start of its digest`() {
        #expect(DemoSecrets.name(of: "abc") == "ungWv48Bz-pB")
    }
}
