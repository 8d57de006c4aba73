import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

/// The routes that any OAuth library knows: RFC 8693, RFC 7662, RFC 7009.
struct OAuthRoutes {
    let broker: Broker

    var routes: [Route] {
        [
            Route(.post, "/oauth/token", .mint, .form, for: .clients, exchange),
            Route(.post, "/oauth/introspect", .introspect, .form, for: .clients, introspect),
            Route(.post, "/oauth/revoke", .revokeToken, .form, for: .clients, revoke),
        ]
    }

    @Sendable
    private func exchange(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        let command = try TokenExchangeForm.read(call.document)
        switch try await broker.mint(command, by: call.client, call.context) {
        case .success(let token): return Answer(body: token.json())
        case .failure(let refusal):
            return ErrorAnswer.make(refusal.error, requestID: call.context.requestID, dialect: .oauth)
        }
    }

    @Sendable
    private func introspect(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        let token = try TokenForm.read(call.document)
        guard let claims = try await broker.introspect(token, by: call.client, call.context) else {
            return Answer(json: ["active": false])
        }
        return Answer(body: claims.introspection)
    }

    @Sendable
    private func revoke(_ call: Call) async throws -> Answer {
        try call.requireNoQuery()
        try await broker.revokeToken(try TokenForm.read(call.document), by: call.client, call.context)
        return Answer(json: [:])
    }
}
