import ArgumentParser
import HallpassCore
import Testing

@testable import hallpass

struct ClientSettingsTests {
    /// Not a secret: 43 equal characters.
    static func secret(of id: String) -> String { "hp_\(id)_\(String(repeating: "A", count: 43))" }

    private static let files = [
        "gw.secret": secret(of: "gw") + "\n", "ops.secret": secret(of: "ops"), "junk": "junk",
        "one.json": "{\"gw\":\"\(secret(of: "gw"))\"}",
        "both.json": "{\"gw\":\"\(secret(of: "gw"))\",\"ops\":\"\(secret(of: "ops"))\"}",
    ]
    private static let adminFile = """
        {"client_id":"platform-admin","client_secret":"\(secret(of: "platform-admin"))","url":"http://127.0.0.1:9999"}
        """

    private func settings(
        _ flags: ClientSettings.Flags = .init(), _ environment: [String: String] = [:], hasAdminFile: Bool = false
    ) throws -> ClientSettings {
        try ClientSettings(
            flags: flags, environment: environment,
            adminFile: { hasAdminFile ? try AdminFile(Array(Self.adminFile.utf8), path: "var/admin.json") : nil },
            readSecret: { path in
                guard let text = Self.files[path] else { throw CommandFailure.localFile("There is no \(path).") }
                return text
            })
    }

    @Test func `flags beat the environment, which beats the file of init, which beats the default`() throws {
        let flags = ClientSettings.Flags(
            url: "http://127.0.0.1:1", clientID: "gw", clientSecretFile: "gw.secret", tenant: "acme")
        let environment = [
            "HALLPASS_URL": "http://127.0.0.1:2", "HALLPASS_CLIENT_ID": "ops",
            "HALLPASS_CLIENT_SECRET_FILE": "ops.secret", "HALLPASS_TENANT": "umbrella",
        ]
        let byFlags = try settings(flags, environment, hasAdminFile: true)
        #expect(
            [byFlags.server.text, byFlags.credentials.id, byFlags.tenant?.rawValue] == [
                "http://127.0.0.1:1", "gw", "acme",
            ])
        let byEnvironment = try settings(.init(), environment, hasAdminFile: true)
        #expect(
            [byEnvironment.server.text, byEnvironment.credentials.id, byEnvironment.tenant?.rawValue]
                == ["http://127.0.0.1:2", "ops", "umbrella"])
        let byFile = try settings(hasAdminFile: true)
        #expect([byFile.server.text, byFile.credentials.id] == ["http://127.0.0.1:9999", "platform-admin"])
        #expect(byFile.tenant == nil)
        let byDefault = try settings(.init(clientSecretFile: "gw.secret"))
        #expect(byDefault.server.text == "http://127.0.0.1:8080")
    }

    @Test func `the file of init lends its address only with its client`() throws {
        #expect(
            try settings(.init(clientSecretFile: "gw.secret"), hasAdminFile: true).server.text
                == "http://127.0.0.1:8080")
    }

    @Test func `a file with the secret beats the secret in the environment`() throws {
        let environment = [
            "HALLPASS_CLIENT_SECRET": Self.secret(of: "ops"), "HALLPASS_CLIENT_SECRET_FILE": "gw.secret",
        ]
        #expect(try settings(.init(), environment).credentials.id == "gw")
        #expect(try settings(.init(), ["HALLPASS_CLIENT_SECRET": Self.secret(of: "ops")]).credentials.id == "ops")
    }

    @Test func `a variable that is set to nothing is not set`() throws {
        let environment = [
            "HALLPASS_URL": "", "HALLPASS_CLIENT_ID": "", "HALLPASS_TENANT": "", "HALLPASS_CLIENT_SECRET": "",
        ]
        #expect(try settings(.init(), environment, hasAdminFile: true).credentials.id == "platform-admin")
    }

    @Test func `what apply wrote for several clients serves each of them by its name`() throws {
        #expect(try settings(.init(clientID: "ops", clientSecretFile: "both.json")).credentials.id == "ops")
        #expect(try settings(.init(clientID: "gw", clientSecretFile: "both.json")).credentials.id == "gw")
        #expect(try settings(.init(clientSecretFile: "one.json")).credentials.id == "gw")
        for flags in [
            ClientSettings.Flags(clientSecretFile: "both.json"), .init(clientID: "crm", clientSecretFile: "both.json"),
            .init(clientID: "crm", clientSecretFile: "one.json"),
        ] {
            #expect(throws: CommandFailure.self) { try settings(flags) }
        }
    }

    @Test(
        arguments: [
            (ClientSettings.Flags(), [:], ExitCode.validationFailure),
            (.init(clientID: "gw"), [:], .validationFailure),
            (.init(clientID: "ops", clientSecretFile: "gw.secret"), [:], .validationFailure),
            (.init(clientSecretFile: "junk"), [:], .localFile),
            (.init(clientSecretFile: "missing"), [:], .localFile),
            (.init(url: "127.0.0.1:8080", clientSecretFile: "gw.secret"), [:], .validationFailure),
            (.init(clientSecretFile: "gw.secret", tenant: "Acme Inc"), [:], .validationFailure),
            (.init(clientSecretFile: "gw.secret"), ["HALLPASS_TENANT": "../x"], .validationFailure),
        ] as [(ClientSettings.Flags, [String: String], ExitCode)])
    func `what cannot be followed is said with the next step`(
        flags: ClientSettings.Flags, environment: [String: String], exitCode: ExitCode
    ) throws {
        let failure = #expect(throws: CommandFailure.self) { try settings(flags, environment) }
        #expect(failure?.exitCode == exitCode)
        #expect(failure?.text.contains("AAAA") == false)
    }

    @Test(arguments: [
        ("http://127.0.0.1:1", true), ("http://127.9.9.9", true), ("http://localhost:1", true),
        ("http://[::1]:1", true),
        ("https://broker.example", true), ("http://broker.example", false), ("http://127.example.com", false),
        ("http://127.0.0.1.example.com", false), ("http://127.1", false), ("http://127.0.0.1.1", false),
        ("http://10.0.0.1", false), ("http://[::2]", false),
        ("http://0.0.0.0", false), ("http://localhost.example.com", false),
    ])
    func `a secret crosses a network only encrypted`(url: String, isAllowed: Bool) throws {
        let flags = ClientSettings.Flags(url: url, clientSecretFile: "gw.secret")
        #expect(isAllowed == ((try? settings(flags)) != nil))
        var insecure = flags
        insecure.allowsInsecureHTTP = true
        #expect(try settings(insecure).server.text == url)
    }

    @Test(arguments: [
        ("http://localhost:8080", true), ("http://[::1]:1", true), ("https://127.0.0.1", true),
        ("https://broker.example", false),
    ])
    func `the secret of init is shown to its own server only`(url: String, isAllowed: Bool) throws {
        #expect(isAllowed == ((try? settings(.init(url: url), hasAdminFile: true)) != nil))
    }

    @Test(arguments: ["{}", "[]", "x", "{\"client_id\":\"a\",\"client_secret\":\"hp_a_short\"}", "{\"client_id\":1}"])
    func `a file that init did not write is refused whole`(text: String) {
        let failure = #expect(throws: CommandFailure.self) { try AdminFile(Array(text.utf8), path: "f") }
        #expect(failure?.exitCode == .localFile)
    }

    @Test func `nothing that prints credentials prints the secret`() throws {
        let credentials = try ClientCredentials(secret: Self.secret(of: "gw"))
        var dumped = ""
        dump(credentials, to: &dumped)
        #expect(!"\(credentials)\(String(reflecting: credentials))\(dumped)".contains("AAAA"))
    }

    @Test(
        arguments: [
            ("hp_gw_", 42, nil), ("hp_gw_", 43, "gw"), ("hp_gw_", 44, nil), ("hp__", 43, nil), ("hp_a_b_", 43, "a_b"),
            ("hp_Gw_", 43, nil), ("xx_gw_", 43, nil), ("", 43, nil), ("", 0, nil),
        ] as [(String, Int, String?)])
    func `a secret names its client`(start: String, count: Int, id: String?) {
        let credentials = try? ClientCredentials(secret: start + String(repeating: "A", count: count))
        #expect(credentials?.id == id)
    }
}
