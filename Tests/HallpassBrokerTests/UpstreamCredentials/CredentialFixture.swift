import Foundation
import GRDB
import HallpassCore
import HallpassStorage
import ScriptedServer
import StrictJSON
import Testing

@testable import HallpassBroker

/// What the stories about upstream credentials ask again and again.
extension BrokerFixture {
    static let credential: CredentialID = "crm-prod"

    func security() throws -> TenantAdmin { try admin(as: "ops") }

    /// `billing-mcp` with an API key, so that there is a deployment of either kind.
    func deployBillingWithKey() async throws {
        try await apply(
            [
                [
                    "server": "billing-mcp", "environment": "prod",
                    "auth": ["mode": "api_key", "scopes": ["refunds:write"], "token_ttl_seconds": 60],
                    "tools_allow": ["issue_refund"],
                ],
                [
                    "kind": "Grant", "id": "alice-billing", "subject": "user:alice", "connector": "billing-mcp",
                    "environment": "prod", "scopes": ["refunds:write"],
                ],
            ], to: "acme")
    }

    @discardableResult
    func put(
        _ secret: CredentialSecret, named id: CredentialID = credential, at server: ScriptedServer? = nil,
        connector: ConnectorID = "crm-mcp", subject: Subject? = nil,
        authentication: UpstreamAuthorization.ClientAuthentication = .basic, canRevoke: Bool = true
    ) async throws -> UpstreamCredential {
        let authorization = try server.map { server in
            let address = "http://127.0.0.1:\(server.port)"
            return UpstreamAuthorization(
                tokenEndpoint: try #require(OutboundURL("\(address)/token")),
                revocationEndpoint: canRevoke ? OutboundURL("\(address)/revoke") : nil,
                clientID: "hallpass at acme", clientAuthentication: authentication, resource: nil)
        }
        return try await broker.putCredential(
            id,
            CredentialCommand(
                deployment: DeploymentID(connector: connector, environment: "prod"), subject: subject,
                authorization: authorization, secret: secret), by: security(), context())
    }

    /// A call of Alice's that may be made now.
    func call(
        tool: ToolName = "add_note", connector: ConnectorID = "crm-mcp", as client: String = "crm-server",
        subject: Subject = "alice"
    ) async throws -> CallID {
        let groups: Set<GroupName> = subject == "alice" ? [] : ["support"]
        let token = try await mint(command(subject, groups: groups, tool: tool, connector: connector)).get()
        return try await verify(token.text, tool: tool, as: client).get().callID
    }

    func issue(
        for call: CallID, as client: String = "crm-server", tenant: String = "acme"
    ) async throws -> Result<IssuedCredential, Refusal> {
        try await broker.issueCredential(for: call, by: self.client(client, tenant: tenant), context())
    }

    /// What somebody does who can write to the file.
    func tamper(_ sql: String) async throws {
        try await close()
        try DatabaseQueue(path: folder.appending(path: "hallpass.sqlite").path).inDatabase { try $0.execute(sql: sql) }
        try await open()
    }

    /// What the server of a fresh call is given.
    func issueForFreshCall() async throws -> Result<IssuedCredential, Refusal> {
        try await issue(for: try await call())
    }

    func shown(_ id: CredentialID = credential) async throws -> UpstreamCredential {
        try await broker.credential(id, by: security())
    }
}

extension CredentialSecret {
    static func apiKey(_ text: String) throws -> CredentialSecret { .apiKey(try #require(bytes(text))) }
    static func client(_ text: String = "s3cret/+") throws -> CredentialSecret {
        .clientSecret(try #require(bytes(text)))
    }
    static func refresh(_ text: String = "r-0", clientSecret: String? = "s3cret/+") throws -> CredentialSecret {
        .refreshToken(try #require(bytes(text)), clientSecret: clientSecret.flatMap(bytes))
    }
}

extension Result where Success == IssuedCredential {
    /// What is given, as text.
    var value: String? {
        guard case .success(let issued) = self else { return nil }
        return CredentialSecret.text(issued.value)
    }
}

extension ScriptedServer.Script {
    /// An answer of RFC 6749 section 5.1.
    static func token(
        _ text: String, expiresIn: Int64? = 3600, scope: String? = nil, refresh: String? = nil
    ) -> Self {
        var object = JSONObject()
        object["access_token"] = .string(text)
        object["token_type"] = "Bearer"
        object["expires_in"] = expiresIn.map(JSONValue.integer)
        object["scope"] = scope.map { .string($0) }
        object["refresh_token"] = refresh.map { .string($0) }
        return Self(body: String(decoding: JSONValue.object(object).serialized(), as: UTF8.self))
    }

    /// An answer of RFC 6749 section 5.2.
    static func error(_ code: String, status: Int = 400) -> Self {
        Self(status: status, body: #"{"error":"\#(code)"}"#)
    }
}
