import HTTPTypes
import StrictJSON
import Testing

@testable import HallpassHTTP

/// What a request carries never reaches the log, at any level.
struct SecretsInLogsTests {
    private static let marker = "zq-marker-zq"

    @Test(arguments: [true, false])
    func `no secret, token or value of a request is in the log at trace level`(isLive: Bool) async throws {
        try await TestServer.run(isLive ? .live : .inProcess) { server in
            var secrets = [Self.marker]
            let gateway = try server.fixture.acme("gateway")
            secrets += [gateway.secret, gateway.basic, try server.fixture.acme("crm-server").secret]
            let token = try await Flow.mintedToken(server)
            secrets.append(token)
            _ = try await Flow.verify(token, server)
            _ = try await Flow.verify("\(token)\(Self.marker)", server)
            _ = try await server.post("/oauth/introspect", as: gateway, form: "token=\(token)&\(Self.marker)=1")
            _ = try await server.ask(.get, "/v1/tenants?token=\(Self.marker)", as: gateway)
            _ = try await server.ask(.get, "/\(Self.marker)?\(token)", as: gateway)
            _ = try await server.ask(
                .post, "/v1/verify", as: nil, json: ["token": .string(Self.marker)],
                headers: [.authorization: "Bearer hp_gateway_\(Self.marker)"])
            let admin = try server.fixture.acme("admin")
            let issued = try await server.ask(.post, "/v1/tenants/acme/clients/viewer/secrets", as: admin)
            secrets.append(try issued.text("secret"))
            let log = server.log.lines
            #expect(log.contains { $0.contains("/v1/verify") })
            for line in log {
                for secret in secrets { #expect(!line.contains(secret), "\(line)") }
            }
        }
    }
}
