import Foundation
import HallpassCore
import HallpassCrypto
import ScriptedServer
import StrictJSON
import Testing

@testable import HallpassBroker

/// Whoever has the database file and not the key file, and whoever can write to it.
struct StolenDatabaseTests {
    /// Everything that is secret and went through the broker is looked for, byte by byte, in everything that lies on disk.
    @Test func `without the key file a database gives no secret`() async throws {
        try await ScriptedServer.run([.token("at-verysecret", refresh: "rt-nextsecret")]) { server in
            try await BrokerFixture.run { fixture in
                try await fixture.deployBillingWithKey()
                try await fixture.put(.apiKey("sk-verysecret"), named: "key", connector: "billing-mcp")
                try await fixture.put(.refresh("rt-verysecret", clientSecret: "cs-verysecret"), at: server)
                let call = try await fixture.call()
                #expect(try await fixture.issue(for: call).value == "at-verysecret")
                _ = try await fixture.broker.report(
                    .result(["note": "outcome-verysecret"]), of: call, by: fixture.client("crm-server"),
                    fixture.context())
                let token = try await fixture.token().text
                var secrets = ["sk", "rt", "cs", "at", "outcome"].map { "\($0)-verysecret" } + ["rt-nextsecret"]
                secrets += [token, String(token.suffix(43))]
                for client in ["gateway", "crm-server", "ops"] {
                    let secret = try fixture.secret(client)
                    secrets += [secret, String(secret.suffix(43))]
                }
                try await fixture.close()
                let files = try FileManager.default.contentsOfDirectory(
                    at: fixture.folder, includingPropertiesForKeys: nil)
                #expect(files.contains { $0.lastPathComponent == "hallpass.sqlite" })
                for file in files {
                    let bytes = try Data(contentsOf: file)
                    for secret in secrets {
                        #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(file.lastPathComponent)")
                    }
                }
                // What is looked for in this way is found where it lies open.
                let open = try Data(contentsOf: fixture.folder.appending(path: "hallpass.sqlite"))
                #expect(open.range(of: Data("quiet-gateway".utf8)) != nil)
                await #expect(throws: (any Error).self) {
                    try await fixture.open(keyEncryptionKey: [UInt8](repeating: 1, count: 32))
                }
            }
        }
    }

    @Test func `an upstream credential that is moved to another tenant or environment does not open there`()
        async throws
    {
        try await ScriptedServer.run([.token("at-verysecret")]) { server in
            try await BrokerFixture.run { fixture in
                try await fixture.apply(Self.staging, to: "acme")
                try await fixture.apply([Self.card("prod")], to: "globex")
                try await fixture.put(.client(), at: server)
                try await fixture.tamper("UPDATE upstream_credential SET environment_id = 'staging'")
                #expect(try await issue(fixture, in: "staging", of: "acme") == .unavailable)
                try await fixture.tamper(
                    "UPDATE upstream_credential SET environment_id = 'prod', tenant_id = 'globex'")
                #expect(try await issue(fixture, in: "prod", of: "globex") == .unavailable)
                // Back in its place it is what it was.
                try await fixture.tamper("UPDATE upstream_credential SET tenant_id = 'acme'")
                #expect(try await issue(fixture, in: "prod", of: "acme") == nil)
                #expect(server.requests.count == 1)
            }
        }
    }

    private static func card(_ environment: EnvironmentID) -> JSONValue {
        [
            "server": "crm-mcp", "environment": .string(environment.rawValue),
            "auth": ["mode": "oauth", "scopes": ["notes:write"], "token_ttl_seconds": 60], "tools_allow": ["add_note"],
        ]
    }

    private static let staging: [JSONValue] = [
        ["kind": "Environment", "id": "staging"], card("staging"),
        [
            "kind": "Grant", "id": "alice-staging", "subject": "user:alice", "connector": "crm-mcp",
            "environment": "staging", "scopes": ["notes:write"],
        ],
        [
            "kind": "Client", "id": "crm-server", "type": "mcp_server",
            "deployments": ["crm-mcp@prod", "crm-mcp@staging"],
        ],
    ]

    /// What the server of a fresh call is refused with.
    private func issue(
        _ fixture: BrokerFixture, in environment: EnvironmentID, of tenant: String
    ) async throws -> HallpassError? {
        var command = fixture.command()
        command.environment = environment
        let token = try await fixture.mint(command, tenant: tenant).get()
        let call = try await fixture.verify(token.text, tenant: tenant).get().callID
        return try await fixture.issue(for: call, tenant: tenant).refusal
    }
}
