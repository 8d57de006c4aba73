import HallpassBroker
import HallpassCore
import StrictJSON
import Testing

/// Who reaches into every tenant is made by who does: `tenant_admin` in the tenant `platform` is a tenant's admin like any.
struct PlatformAdminTests {
    private static let clerk: JSONValue = [
        "kind": "Client", "id": "clerk", "type": "automation", "roles": ["tenant_admin", "security"],
    ]

    private static func chief(_ description: String) -> JSONValue {
        [
            "kind": "Client", "id": "chief", "type": "automation", "roles": ["platform_admin"],
            "description": .string(description),
        ]
    }

    @Test func `no one but a platform admin makes, changes, removes or brings back a client that is one`()
        async throws
    {
        try await BrokerFixture.run { fixture in
            let broker = fixture.broker
            let key = ResourceKey(kind: .client, name: "chief")
            let first = try await fixture.apply([Self.clerk, Self.chief("first")], to: .platform).revision
            let clerk = try fixture.admin(of: .platform, as: "clerk")
            await expectForbidden {
                try await broker.put(Self.chief("second"), at: key, if: .none, by: clerk, fixture.context())
            }
            for isDryRun in [true, false] {
                await expectForbidden {
                    try await broker.apply(
                        [Self.chief("second")], isDryRun: isDryRun, prune: false, by: clerk, fixture.context())
                }
                await expectForbidden {
                    try await broker.apply([], isDryRun: isDryRun, prune: true, by: clerk, fixture.context())
                }
            }
            await expectForbidden {
                try await broker.delete(key, cascade: false, if: .none, by: clerk, fixture.context())
            }
            await expectForbidden { try await broker.issueSecret(for: "chief", by: clerk, fixture.context()) }
            let root = try fixture.admin(of: .platform)
            _ = try await broker.delete(key, cascade: false, if: .none, by: root, fixture.context())
            await expectForbidden { try await broker.restore(revision: first, by: clerk, fixture.context()) }
            await expectForbidden {
                try await broker.put(Self.chief("first"), at: key, if: .none, by: clerk, fixture.context())
            }
            #expect(try broker.registry(by: root).clients["chief"] == nil)
        }
    }

    @Test func `nor gives it to itself, and has every other client to itself as before`() async throws {
        try await BrokerFixture.run { fixture in
            let broker = fixture.broker
            try await fixture.apply([Self.clerk], to: .platform)
            let clerk = try fixture.admin(of: .platform, as: "clerk")
            var greedy = try #require(Self.clerk.objectValue)
            greedy["roles"] = ["tenant_admin", "platform_admin"]
            await expectForbidden {
                try await broker.put(
                    .object(greedy), at: ResourceKey(kind: .client, name: "clerk"), if: .none, by: clerk,
                    fixture.context())
            }
            let viewer: JSONValue = ["kind": "Client", "id": "viewer", "type": "automation", "roles": ["viewer"]]
            _ = try await broker.apply([viewer], isDryRun: false, prune: false, by: clerk, fixture.context())
            _ = try await broker.issueSecret(for: "viewer", by: clerk, fixture.context())
        }
    }

    /// Whoever may cut off may cut off those too.
    @Test func `a leaked secret of a platform admin is ended by who has the role security`() async throws {
        try await BrokerFixture.run { fixture in
            try await fixture.apply([Self.clerk, Self.chief("first")], to: .platform)
            let clerk = try fixture.admin(of: .platform, as: "clerk")
            let secret = try #require(try await fixture.broker.secrets(of: "chief", by: clerk).first)
            try await fixture.broker.revokeSecret(secret.name, of: "chief", by: clerk, fixture.context())
            #expect(throws: HallpassError.self) { try fixture.client("chief", tenant: "platform") }
        }
    }

    private func expectForbidden<Value>(_ body: () async throws -> Value) async {
        await #expect(
            throws: HallpassError.forbidden(needs: "a client that has platform_admin needs the role platform_admin")
        ) { _ = try await body() }
    }
}
