import HallpassBroker
import HallpassCore
import Testing

struct AuthenticateTests {
    @Test func `a client is known by its name and its secret together`() async throws {
        try await BrokerFixture.run { fixture in
            let secret = try fixture.secret("gateway")
            #expect(
                try fixture.broker.authenticate(id: "gateway", secret: ClientSecret.digest(of: secret)).tenant == "acme"
            )
            for (id, secret) in [
                ("ops", secret), ("gateway", ""), ("gateway", "\(secret)x"), ("gateway", String(secret.dropLast())),
                ("", secret), ("GATEWAY", secret), ("nobody", secret),
                ("gateway", try fixture.secret("crm-server")),
            ] {
                #expect(throws: HallpassError.invalidClient) {
                    try fixture.broker.authenticate(id: id, secret: ClientSecret.digest(of: secret))
                }
            }
        }
    }

    @Test func `two tenants may each have a client of one name`() async throws {
        try await BrokerFixture.run { fixture in
            for tenant: TenantID in ["acme", "globex"] {
                let client = try fixture.client("gateway", tenant: tenant.rawValue)
                #expect(client.tenant == tenant)
            }
        }
    }

    @Test func `a secret says whose it is and is 43 random characters`() async throws {
        try await BrokerFixture.run { fixture in
            let secret = try fixture.secret("crm-server")
            #expect(secret.hasPrefix("hp_crm-server_"))
            #expect(secret.utf8.count == "hp_crm-server_".utf8.count + 43)
        }
    }

    @Test func `two secrets are live at a time, a third has to wait`() async throws {
        try await BrokerFixture.run { fixture in
            let admin = try fixture.admin(as: "ops")
            let old = try fixture.secret("gateway")
            fixture.advance(seconds: 1)
            let new = try await fixture.broker.issueSecret(for: "gateway", by: admin, fixture.context())
            for secret in [old, new.secret.text] {
                #expect(
                    try fixture.broker.authenticate(id: "gateway", secret: ClientSecret.digest(of: secret)).tenant
                        == "acme")
            }
            await #expect(throws: HallpassError.self) {
                try await fixture.broker.issueSecret(for: "gateway", by: admin, fixture.context())
            }
            let rows = try await fixture.broker.secrets(of: "gateway", by: admin)
            #expect(rows.count == 2)
            try await fixture.broker.revokeSecret(rows[0].name, of: "gateway", by: admin, fixture.context())
            #expect(throws: HallpassError.invalidClient) {
                try fixture.broker.authenticate(id: "gateway", secret: ClientSecret.digest(of: old))
            }
            #expect(
                try fixture.broker.authenticate(id: "gateway", secret: ClientSecret.digest(of: new.secret.text)).tenant
                    == "acme")
        }
    }

    @Test func `a removed client is nobody at once`() async throws {
        try await BrokerFixture.run { fixture in
            let secret = try fixture.secret("looker")
            _ = try await fixture.broker.delete(
                ResourceKey(kind: .client, name: "looker"), cascade: false, if: .none, by: fixture.admin(),
                fixture.context())
            #expect(throws: HallpassError.invalidClient) {
                try fixture.broker.authenticate(id: "looker", secret: ClientSecret.digest(of: secret))
            }
        }
    }
}
