import HTTPTypes
import HallpassBroker
import HallpassCore
import StrictJSON

/// What anyone may ask: whether it is well, how it is doing, how to talk to it.
struct PublicRoutes {
    let broker: Broker
    let metrics: PrometheusMetrics
    let folder: PublicFolder

    var routes: [Route] {
        [
            .open("/healthz") { _ in Answer(json: ["status": "ok"]) },
            .open("/readyz", ready),
            .open("/metrics") { _ in
                Answer(.ok, contentType: "text/plain; version=0.0.4; charset=utf-8", body: metrics.exposition())
            },
            .open("/.well-known/oauth-authorization-server", metadata),
            .open("/openapi.json") { call in
                guard let document = folder.file(call.path) else { throw HallpassError.notFound }
                return document
            },
        ]
    }

    @Sendable
    private func ready(_: OpenCall) async throws -> Answer {
        guard await broker.isReady else { throw HallpassError.unavailable }
        return Answer(json: ["status": "ready"])
    }

    /// Source: RFC 8414 section 2.
    @Sendable
    private func metadata(_: OpenCall) async throws -> Answer {
        let issuer = broker.settings.issuer
        let base = issuer.utf8.last == UInt8(ascii: "/") ? String(issuer.dropLast()) : issuer
        let methods: JSONValue = ["client_secret_basic", "client_secret_post"]
        return Answer(json: [
            "issuer": .string(issuer),
            "token_endpoint": .string("\(base)/oauth/token"),
            "token_endpoint_auth_methods_supported": methods,
            "introspection_endpoint": .string("\(base)/oauth/introspect"),
            "introspection_endpoint_auth_methods_supported": methods,
            "revocation_endpoint": .string("\(base)/oauth/revoke"),
            "revocation_endpoint_auth_methods_supported": methods,
            "grant_types_supported": [.string(TokenExchangeForm.grantType)],
            "response_types_supported": [],
        ])
    }
}
