import Foundation
import Testing

@testable import HallpassClient

struct ConfigurationTests {
    private func make(_ url: String, id: String = "c", secret: String = "s") throws -> HallpassClient {
        try HallpassClient(url: url, clientID: id, secret: secret)
    }

    @Test(arguments: ["https://hallpass.internal", "https://h:8443/broker/", "http://127.0.0.1:8080", "http://[::1]:1"])
    func `an address is encrypted or on this machine`(url: String) throws {
        _ = try make(url)
    }

    @Test(arguments: ["http://hallpass.internal", "http://127.example.com", "http://10.0.0.1:8080"])
    func `a secret does not travel in the clear unless that is allowed`(url: String) throws {
        #expect(throws: ConfigurationError.insecureURL) { try make(url) }
        _ = try HallpassClient(url: url, clientID: "c", secret: "s", allowsInsecureHTTP: true)
    }

    @Test(arguments: [
        "", "hallpass", "ftp://h", "https://", "https://u:p@h", "https://h?a=1", "https://h#f", "https://h h",
    ])
    func `what is no address is refused`(url: String) {
        #expect(throws: ConfigurationError.invalidURL) { try make(url) }
    }

    @Test(arguments: [("", "s"), ("c", ""), ("c:d", "s"), ("c", "s\n"), ("c\r\nX: y", "s"), ("ü", "s")])
    func `credentials that could not be sent as they are, are refused`(id: String, secret: String) {
        #expect(throws: ConfigurationError.invalidCredentials) { try make("https://h", id: id, secret: secret) }
    }

    @Test func `no way of printing a client shows its secret`() throws {
        let client = try make("https://h", secret: "hp_crm_verysecret")
        var dumped = ""
        dump(client, to: &dumped)
        for text in ["\(client)", String(reflecting: client), dumped] { #expect(!text.contains("verysecret")) }
    }

    @Test func `the environment names a broker, a client and the file with its secret`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "hallpass-\(UUID().uuidString)")
        defer {
            // A file that stays behind in the system's temporary folder does no harm.
            try? FileManager.default.removeItem(at: file)
        }
        try Data("s3cret\n".utf8).write(to: file)
        var variables = [
            "HALLPASS_URL": "https://h", "HALLPASS_CLIENT_ID": "c", "HALLPASS_CLIENT_SECRET_FILE": file.path,
            "HALLPASS_ENVIRONMENT": "prod",
        ]
        #expect(try HallpassClient.fromEnvironment(variables).environment == "prod")
        variables["HALLPASS_ENVIRONMENT"] = ""
        #expect(try HallpassClient.fromEnvironment(variables).environment == nil)
        for name in ["HALLPASS_URL", "HALLPASS_CLIENT_ID", "HALLPASS_CLIENT_SECRET_FILE"] {
            var fewer = variables
            fewer[name] = nil
            #expect(throws: ConfigurationError.missing(variable: name)) { try HallpassClient.fromEnvironment(fewer) }
        }
        variables["HALLPASS_CLIENT_SECRET_FILE"] = file.path + "-not-there"
        #expect(throws: ConfigurationError.unreadableSecretFile) { try HallpassClient.fromEnvironment(variables) }
    }
}
